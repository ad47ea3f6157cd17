"""Welcome: one experiment to begin with, every question, and which models are ready."""

from ui.home.models import show_models
from ui.home.questions import show_all_questions
from ui.home.welcome import show_first_experiment, show_lessons, show_steps
from ui.page import open_page

open_page("home")
show_first_experiment()
show_steps()
show_all_questions()
show_lessons()
show_models()
