from __future__ import annotations

import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.lifetime import MBGNBD, certify
from regulars.lifetime.diagnostics.certified import fit_certified
from regulars.lifetime.fit.certificate import Certificate, FitCheck
from regulars.lifetime.models.fitted import LifetimeModel
from regulars.progress import listening


class Ear:
    def __init__(self):
        self.notes = []

    def begin(self, name):
        pass

    def end(self, name, seconds):
        pass

    def note(self, text):
        self.notes.append(text)


@pytest.fixture
def ear():
    ear = Ear()
    with listening(ear):
        yield ear


def test_a_model_that_passes_is_taken_as_it_is(leavers, ear):
    fitted = fit_certified("bg_nbd", leavers)
    assert (fitted.model.name, fitted.fallback, ear.notes) == ("bg_nbd", "", [])
    assert fitted.certificate is fitted.model.certificate_


def test_auto_is_the_head_of_the_chain(leavers):
    fitted = fit_certified("auto", leavers)
    assert fitted.model.params_ == MBGNBD().fit(leavers).params_


def test_warnings_are_no_reason_to_fall_back(stayers):
    fitted = fit_certified("mbg_nbd", stayers)
    assert (fitted.model.name, fitted.certificate.verdict, fitted.fallback) == ("mbg_nbd", "warning", "")


def test_a_failed_certificate_falls_back_by_name(leavers, ear, monkeypatch):
    def strict(model):
        judged = certify(model)
        bad = FitCheck("gradient", 1.0, "failure", "The likelihood still slopes.")
        return Certificate(judged.model, (bad,)) if judged.model == "bg_nbd" else judged

    monkeypatch.setattr(LifetimeModel, "_certify", staticmethod(strict))
    fitted = fit_certified("bg_nbd", leavers)
    assert fitted.model.name == "mbg_nbd"
    assert fitted.fallback == "mbg_nbd stands in for bg_nbd (The likelihood still slopes.)"
    assert ear.notes == [fitted.fallback]


def test_the_pooled_rate_ends_the_chain(ear):
    once = pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "T": [10, 20]})
    fitted = fit_certified("bg_nbd", once)
    assert fitted.model.name == "pooled_rate"
    assert fitted.fallback.startswith("pooled_rate stands in for bg_nbd and mbg_nbd")
    assert "none of 2 customers bought a second time" in fitted.fallback
    assert ear.notes == [fitted.fallback]


def test_the_pooled_rate_is_fitted_by_its_own_name(leavers, ear):
    """Training slices are fitted with the model of the cutoff, and that may be the stand-in."""
    fitted = fit_certified("pooled_rate", leavers)
    assert (fitted.model.name, fitted.fallback, ear.notes) == ("pooled_rate", "", [])


def test_a_faulty_summary_is_no_reason_to_fall_back(leavers):
    with pytest.raises(InputError, match="recency > T"):
        fit_certified("bg_nbd", leavers.assign(recency=leavers["recency"] + 1000))


def test_an_unknown_model_is_no_reason_to_fall_back(leavers):
    with pytest.raises(ModelError, match="no lifetime model 'bgnbd'"):
        fit_certified("bgnbd", leavers)
