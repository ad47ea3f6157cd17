"""A sentence opened: probabilities, attention, penalties, words, and the sign that it is foreign."""

import pytest
import torch

from core.errors import GlassboxError
from core.translation.aligned import agreement, aligned_pairs
from core.translation.alignment import looked_at, weights_of
from core.translation.beam import beam_search, ranked
from core.translation.build import build_model
from core.translation.captions import captions
from core.translation.explain import explain, found_by_width, marked, source_words
from core.translation.follow import ALTERNATIVES, open_translation
from core.translation.foreign import language_sign
from core.translation.grammar.pairs import grammar_pairs
from core.translation.model_folder import TrainedModel, Translator
from core.translation.penalty import penalty_curves
from core.translation.sentences import sentences
from core.translation.settings import Architecture, ModelSettings, TrainingSettings
from core.translation.vocabulary import BEGIN, END, PAD, learn_vocabulary

TEXT = "Ein Hund rennt über die Wiese ."
ARCHITECTURES: tuple[Architecture, ...] = ("lstm", "gru", "transformer")


def untrained(architecture: Architecture) -> Translator:
    """Random weights that make a difference: what is proved here holds for any."""
    pairs = grammar_pairs(200)
    vocabulary = learn_vocabulary([*pairs.source, *pairs.target], 300)
    settings = ModelSettings(architecture, vocabulary.size, 32, 2, 2, 64)
    model = build_model(settings, seed=3).eval()
    with torch.no_grad():
        model.embedding.weight.mul_(3.0)
        model.output_bias[END] = 2.0
    about = TrainedModel(settings, TrainingSettings(), "grammar", len(pairs), ())
    return Translator(about, model.requires_grad_(False), vocabulary)


@pytest.fixture(scope="module", params=ARCHITECTURES)
def translator(request: pytest.FixtureRequest) -> Translator:
    return untrained(request.param)


def test_an_opened_translation_has_the_probabilities_of_a_teacher_forced_pass(translator: Translator):
    found = explain(translator, TEXT, width=3)
    for written in (found.greedy, found.result.best):
        ids = marked(written)
        opened = open_translation(translator, found.source, ids)
        logits = translator.model(torch.tensor([[*found.source, END]]), torch.tensor([[BEGIN, *ids[:-1]]]))
        wanted = torch.softmax(logits[0].float(), dim=-1)
        for place, token in enumerate(opened.tokens):
            assert token.probability == pytest.approx(float(wanted[place, ids[place]]), abs=1e-5)
            wanted[place, [PAD, BEGIN]] = 0  # never written
            best = wanted[place].topk(ALTERNATIVES).values.tolist()
            assert [one.probability for one in token.alternatives] == pytest.approx(best, abs=1e-5)
        assert opened.log_probability == pytest.approx(written.total, abs=1e-3)
        assert opened.text == translator.vocabulary.decode(ids)


def test_greedy_writes_only_first_choices(translator: Translator):
    found = explain(translator, TEXT, width=2)
    opened = open_translation(translator, found.source, marked(found.greedy))
    assert {token.rank for token in opened.tokens} == {1}
    assert {token.alternatives[0].token for token in opened.tokens} == {
        token.token for token in opened.tokens
    }


def test_attention_rows_are_shares_and_averages_are_of_heads(translator: Translator):
    found = explain(translator, TEXT, width=2)
    opened = open_translation(translator, found.source, marked(found.greedy))
    if translator.about.model.architecture == "lstm":
        assert opened.alignment is None
        return
    assert opened.alignment is not None
    rows, columns = len(opened.tokens), len(opened.source_tokens)
    assert opened.alignment.shape[2:] == (rows, columns)
    for layer, head in ((None, None), (0, None), (0, 0)):
        weights = weights_of(opened.alignment, layer, head)
        assert torch.allclose(weights.sum(dim=1), torch.ones(rows), atol=1e-5)
    assert torch.allclose(weights_of(opened.alignment, 0), opened.alignment[0].mean(dim=0))
    spread = torch.full((rows, columns), 1 / columns)
    pointed = torch.eye(columns)[torch.zeros(rows, dtype=torch.long)]
    for each, other in zip(looked_at(opened, spread), looked_at(opened, pointed), strict=True):
        assert each.evenness == pytest.approx(1.0)
        assert opened.source_tokens[-2:] == (".", "</s>")
        assert each.resting == pytest.approx(2 / columns)
        assert (other.source, other.share, other.resting) == (opened.source_tokens[0], 1.0, 0.0)
        assert other.evenness == pytest.approx(0.0, abs=1e-6)


def test_the_curves_lead_where_the_ranking_leads(translator: Translator):
    result = beam_search(translator.model, translator.vocabulary.encode([TEXT]), 6, record_tree=True)[0]
    found = [hypothesis.written for hypothesis in result.hypotheses]
    curves = penalty_curves(found)
    for alpha, best in zip(curves.alphas, curves.best, strict=True):
        assert ranked(found, alpha)[0].score == pytest.approx(curves.scores[best][curves.alphas.index(alpha)])
    lengths = [len(found[best].log_probabilities) for best in curves.best]
    assert lengths == sorted(lengths)
    assert len(curves.changes) == len(set(curves.best)) - 1


def test_one_beam_of_the_widths_is_greedy(translator: Translator):
    first, wide = found_by_width(translator, TEXT, (1, 4))
    greedy = explain(translator, TEXT, 1).greedy
    assert first.log_probability == pytest.approx(greedy.total, abs=1e-4)
    assert (first.width, wide.width) == (1, 4)


def test_rare_words_are_in_pieces_and_unknown_characters_are_marked():
    vocabulary = untrained("gru").vocabulary
    words = {word.text: word for word in source_words(vocabulary, "Ein Xylophonhund 🙂 .")}
    assert len(words["Ein"].pieces) == 1
    assert len(words["Xylophonhund"].pieces) > 3
    assert (
        "".join(words["Xylophonhund"].pieces).lstrip("\u2581") == "Xylophonhund"
        or words["Xylophonhund"].unknown
    )
    assert words["🙂"].unknown
    assert not words["Ein"].unknown
    ids = [number for _, pieces in vocabulary.pieces("Ein Hund, 🙂.") for number in pieces]
    assert ids == vocabulary.encode(["Ein Hund, 🙂."])[0]


@pytest.mark.parametrize("text", ["", "  \n ", "Hund " * 5000])
def test_texts_that_cannot_be_translated_are_refused(text: str):
    with pytest.raises(GlassboxError):
        explain(untrained("lstm"), text, 2)


def test_captions_of_this_project_are_told_apart():
    pairs = captions()
    assert {language_sign(text).verdict for text in pairs.source} <= {"german", "unsure"}
    assert {language_sign(text).verdict for text in pairs.target} <= {"english", "unsure"}
    english = [language_sign(text).verdict for text in pairs.target].count("english")
    assert english / len(pairs) > 0.95
    assert language_sign("Собака бежит по лугу").verdict == "script"
    assert language_sign("🙂 42").verdict == "unsure"


def test_the_sentences_offered_show_what_they_say():
    by_id = {sentence.id: sentence for sentence in sentences()}
    assert language_sign(by_id["english"].text).verdict == "english"
    others = [sentence for name, sentence in by_id.items() if name != "english"]
    assert {language_sign(sentence.text).verdict for sentence in others} == {"german"}
    assert all(sentence.reference for sentence in by_id.values())


def test_hand_alignments_name_words_that_stand_once():
    assert sum(len(pair.links) for pair in aligned_pairs()) > 50
    for pair in aligned_pairs():
        for side, words in (
            (pair.german, [one for one, _ in pair.links]),
            (pair.english, [o for _, o in pair.links]),
        ):
            cut = side.replace(".", " .").replace(",", " ,").split()
            assert all(cut.count(word) == 1 for word in words), pair


def test_attention_that_is_the_alignment_agrees_with_it_and_a_shifted_one_does_not(monkeypatch):
    pair = aligned_pairs()[1]
    reader = untrained("gru")

    def pointing(shift: int):
        """Attention that points at the aligned word's last piece, or `shift` words to its right."""

        def opened(translator, source, written):
            german = translator.vocabulary.pieces(pair.german)
            english = translator.vocabulary.pieces(pair.english)
            weights = torch.full((1, 1, len(written), len(source) + 1), 1e-3)
            ends = [sum(len(ids) for _, ids in german[: place + 1]) - 1 for place in range(len(german))]
            row = 0
            for word, ids in english:
                for one, other in pair.links:
                    if other == word.lstrip("\u2581"):
                        place = [each.lstrip("\u2581") for each, _ in german].index(one) + shift
                        weights[0, 0, row, ends[place % len(german)]] = 1.0
                row += len(ids)
            return type("Opened", (), {"alignment": weights})

        return opened

    for shift, share in ((0, 1.0), (1, 0.0)):
        monkeypatch.setattr("core.translation.aligned.open_translation", pointing(shift))
        found = agreement(reader, (pair,))
        assert found.average == found.best_head == found.worst_head == share
        assert found.words == len(pair.links)
