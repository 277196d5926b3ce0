"""What the labeling page's scripts say, in the reader's language."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def workbench_texts() -> dict[str, str]:
    """Return the sentences by their key; `{name}` in one is filled in by the script."""
    return {**_picture(), **_labels(), **_clip(), **_saving(), **_keys()}


def _picture() -> dict[str, str]:
    return {
        "videoLabel": _("Clip with faces hidden, without sound"),
        "overlay": _("Boxes on the picture"),
        "timeline": _("Timeline"),
        "playhead": _("Place in the clip"),
        "frameAtTime": _("{time}, frame {frame}"),
        "frameOf": _("frame {frame} of {frames}"),
        "drawBox": _("Drag on the picture to draw a box."),
        "drawRegion": _("Mark what is to be hidden: drag a box over it."),
        "drawInMiddle": _("Box in the middle"),
        "regionsMarked": _("Boxes marked: {count}. The clip leaves the queue and is hidden again."),
        "regionMarked": _("Box {count}: {kind}. Digits change what it is, Enter sends it."),
        "regionsFirst": _("Boxes are marked that were not sent. Hide them now, or cancel with Escape."),
        "regionName": _("{number} {kind}, to be hidden"),
        "kindOfRegion": _("What it is"),
        "kindChosen": _("To be hidden: {kind}"),
        "zoneName": _("privacy zone {number}"),
        "zones": _("Privacy zones in the picture: {count}. They are always filled, for everybody."),
        "hideNow": _("Hide it now"),
        "cancel": _("Cancel"),
    }


def _labels() -> dict[str, str]:
    return {
        "boxes": _("Boxes"),
        "events": _("Events"),
        "note": _("Note"),
        "verdict": _("Verdict"),
        "none": _("none"),
        "labelOfNextBox": _("for the next box"),
        "labelOfNextEvent": _("for the next event"),
        "labelOfSelected": _("label of the selected one"),
        "boxLabel": _("Label of the box"),
        "eventLabel": _("Label of the event"),
        "boxesHint": _("None yet. Draw one with the Box button."),
        "eventsHint": _("None yet. Mark where one begins with In, and where it ends with Out."),
        "trackName": _("{number} {name}"),
        "occludedTrack": _("{name}, partly hidden"),
        "oneKeyframe": _("1 keyframe at {from}"),
        "keyframes": _("{count} keyframes from {from}"),
        "fromTo": _("{from} to {to}"),
        "eventFromTo": _("{name}, {from} to {to}"),
        "boxNumbers": _("Left, top, width and height in pixels"),
        "firstFrame": _("First frame"),
        "lastFrame": _("Last frame"),
        "keyframe": _("Keyframe"),
        "outside": _("Outside"),
        "occluded": _("Occluded"),
        "short.previousKeyframe": _("Previous"),
        "short.nextKeyframe": _("Next"),
        "short.remove": _("Delete"),
        "trackSelected": _("{name} selected. Digits change its label."),
        "eventSelected": _("{name} selected. Digits change its label."),
        "labelled": _("Label: {name}"),
        "decided": _("Verdict: {name}"),
        "boxDrawn": _("Box drawn: {name}. Digits change its label."),
        "segmentStarted": _("Event begins at {time}. {key} ends it."),
        "segmentMade": _("Event from {from} to {to}. Digits change its label."),
        "segmentInFirst": _("Mark the beginning first, with {key}."),
        "selectBoxFirst": _("Select a box first."),
        "lastKeyframe": _("The only keyframe of a box stays; delete the box instead."),
        "noLaterKeyframe": _("No later keyframe."),
        "noEarlierKeyframe": _("No earlier keyframe."),
        "atKeyframe": _("Keyframe {number} of {count}, {time}"),
        "keyframeAdded": _("Keyframe added."),
        "keyframeRemoved": _("Keyframe removed."),
        "outsideNow": _("Out of the picture from here."),
        "insideNow": _("In the picture from here."),
        "occludedNow": _("Partly hidden from here."),
        "plainNow": _("In plain view from here."),
        "boxPlaced": _("Box: left {x}, top {y}, width {width}, height {height}."),
        "boxLimited": _(
            "The box has to fit into the picture: left {x}, top {y}, width {width}, height {height}."
        ),
        "eventPlaced": _("Event from {from} to {to}."),
        "removed": _("Deleted. {key} brings it back."),
        "nothingToUndo": _("Nothing to undo."),
        "nothingToRedo": _("Nothing to redo."),
        "undone": _("Undone: {done}"),
        "redone": _("Redone: {done}"),
        "done.box": _("new box"),
        "done.move": _("box moved"),
        "done.event": _("event changed"),
        "done.label": _("label changed"),
        "done.verdict": _("verdict"),
        "done.note": _("note"),
        "done.remove": _("deletion"),
        "done.keyframe": _("keyframe"),
        "done.outside": _("outside"),
        "done.occluded": _("occluded"),
        "done.conflict": _("choice between two tabs"),
    }


def _clip() -> dict[str, str]:
    return {
        "returned": _("A lead sent this back:"),
        "noInstructions": _("This project has no written instructions."),
        "loading": _("Getting the clip…"),
        "submitting": _("Submitting…"),
        "sending": _("Sending…"),
        "clipOpened": _("Next clip: {project}, {seconds} seconds."),
        "broken": _("This browser cannot play the clip. Skip it, and say so as the reason."),
        "flagged": _("The clip was flagged and has left the queue."),
        "skipped": _("The clip was skipped."),
        "regionsSent": _("The clip was sent to be hidden again. Your labels are kept."),
        "verdictFirst": _("Choose a verdict first."),
        "nextClip": _("Next clip"),
        "toQueue": _("To the queue"),
        "tryAgain": _("Try again"),
        "queueEmpty": _("No clip is waiting"),
        "queueEmptyText": _("You have finished everything for now. New clips come as they are redacted."),
        "noNext": _("The next clip did not come"),
        "mediaRefused": _("The server did not hand out the picture."),
        "leaseLost": _("Your time on this clip has ended"),
        "leaseLostText": _(
            "It goes to somebody else now. Your labels are kept as a draft; it does not count against you."
        ),
        "alreadySubmitted": _("You have submitted this clip"),
        "alreadySubmittedText": _(
            "It was submitted in another tab. What was changed here after that does not count."
        ),
        "clipHeld": _("This clip was taken back"),
        "clipHeldText": _(
            "Its owner withdrew it, or it is being checked again. You did nothing wrong; it is no longer shown."
        ),
        "clipGone": _("This clip can no longer be shown"),
        "leaseSoon": _("Your time on this clip ends soon."),
        "extend": _("More time"),
        "extended": _("You have more time."),
        "answersWaiting": _(
            "No connection. Submitted clips that wait for it: {count}. They are kept in this browser."
        ),
        "answerRefused": _("The labels of an earlier clip were not accepted: {reason}"),
        "openThatClip": _("Open that clip"),
        "dismiss": _("Dismiss"),
        "takeBreak": _("You have been labeling for {minutes} minutes. A short break does you good."),
        "later": _("Later"),
    }


def _saving() -> dict[str, str]:
    return {
        "save.saved": _("Saved"),
        "save.unsaved": _("Not saved yet"),
        "save.saving": _("Saving…"),
        "save.offline": _("Not saved, trying again"),
        "save.refused": _("Not saved"),
        "saveRefused": _("The server did not take these labels: {reason}"),
        "save.conflict": _("Changed in another tab"),
        "save.stopped": _("Closed"),
        "offline": _("No connection. Your labels are kept in this browser and saved when it is back."),
        "signedOut": _("You were signed out"),
        "signedOutText": _(
            "The clip is no longer shown. Your labels are kept in this browser; sign in to go on."
        ),
        "signIn": _("Sign in"),
        "restored": _("Labels that had not reached the server were brought back."),
        "noConnection": _("No connection"),
        "noConnectionText": _("The server did not answer. Try again in a moment."),
        "notSentText": _(
            "It was not sent yet; the clip is no longer shown. Try again when the connection is back."
        ),
    }


def _keys() -> dict[str, str]:
    return {
        "space": _("Space"),
        "change": _("Change"),
        "pressKey": _("Press a key"),
        "pressKeyFor": _("Press the new key for: {action}. Escape keeps the old one."),
        "changeKeyOf": _("Change the key of: {action}"),
        "keyTaken": _("{key} already does: {action}"),
        "keyChanged": _("{key} now does: {action}"),
        "keysReset": _("The standard keys are back."),
        "group.play": _("Playing"),
        "group.segments": _("Events"),
        "group.boxes": _("Boxes"),
        "group.clip": _("Clip"),
        "action.play": _("Play or pause"),
        "action.back": _("One frame back"),
        "action.forward": _("One frame forward"),
        "action.back10": _("Ten frames back"),
        "action.forward10": _("Ten frames forward"),
        "action.first": _("First frame"),
        "action.last": _("Last frame"),
        "action.reverse": _("Backwards, again for faster"),
        "action.pause": _("Pause"),
        "action.faster": _("Forwards, again for faster"),
        "action.segmentIn": _("An event begins here"),
        "action.segmentOut": _("The event ends here"),
        "action.box": _("Draw a box"),
        "action.hide": _("Mark something to hide"),
        "action.keyframe": _("Add or remove keyframe"),
        "action.outside": _("Out of the picture from here, or back"),
        "action.occluded": _("Partly hidden from here, or not"),
        "action.previousKeyframe": _("Previous keyframe"),
        "action.nextKeyframe": _("Next keyframe"),
        "action.nudge": _("Move the box"),
        "action.resize": _("Resize the box"),
        "action.nextItem": _("Select the next box or event"),
        "action.remove": _("Delete what is selected"),
        "action.label": _("Verdict, label of what is selected, or kind of what is to be hidden"),
        "action.flag": _("Flag as inappropriate"),
        "action.skip": _("Skip"),
        "action.undo": _("Undo"),
        "action.redo": _("Redo"),
        "action.submit": _("Submit and next"),
        "action.extend": _("More time"),
        "action.deselect": _("Cancel or deselect"),
        "action.confirm": _("Box in the middle; send what is marked to be hidden"),
        "action.help": _("Show keys"),
    }
