"""German captions and their English translations by a grammar: data for a machine without any.

German puts the verb second, whatever stands first, and the rest of the verb last; English keeps subject,
verb, object. So the same parts stand in two orders, which is what a small model can be seen to learn.
"""
