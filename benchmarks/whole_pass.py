"""The pass as the site runs it: the same models, in the same roles."""

from annotations.vision.commands.redact import second_opinion
from annotations.vision.content import NudeNet
from annotations.vision.faces import CenterFace
from annotations.vision.job import Job
from annotations.vision.limits import ANY_SIZE
from annotations.vision.people import MoveNet


def whole_pass(source: str = "", target: str = "") -> Job:
    """A job with every model of the site loaded; `dataclasses.replace` gives it other files."""
    nude_net = NudeNet()
    return Job(
        source,
        target,
        detector=CenterFace(),
        people=MoveNet(),
        screeners=(nude_net,),
        opinions=second_opinion(nude_net),
        limits=ANY_SIZE,
    )
