"""Reinforcement learning from human feedback: from demonstrations and preferences to a policy."""
