"""What somebody may ask for, and how: told with every answer (GDPR, Art. 13(2)(b) to (d), 15(1)(e) and (f))."""

from django.utils.translation import gettext as _

from annotations.rights.answer.values import Record


def your_rights() -> list[Record]:
    return [
        {
            "right": _("Withdraw"),
            "how": _(
                "You can withdraw your consent to any clip at any time, without a reason: by the link on its receipt, "
                "or by asking us. From then on nobody can watch it. What was lawful before stays lawful."
            ),
        },
        {
            "right": _("Erase"),
            "how": _(
                "You can have a clip, a camera or your household erased: a clip by the link on its receipt, all of "
                "them by asking us. You get a certificate that says what went, and what stays and why."
            ),
        },
        {
            "right": _("Correct"),
            "how": _("Tell us what is wrong in what people noted down, and we correct it."),
        },
        {
            "right": _("Restrict"),
            "how": _(
                "You can ask that a clip is kept and not used, as long as it is disputed or as you need it for a claim."
            ),
        },
        {
            "right": _("Object"),
            "how": _(
                "We rely on your consent, which you can withdraw. To what we keep as proof you can object, and we look "
                "at your reasons."
            ),
        },
        {
            "right": _("Take it elsewhere"),
            "how": _("The file answer.json holds all of this letter in a form that programs read."),
        },
        {
            "right": _("Complain"),
            "how": _(
                "You can complain to the authority for data protection where you live or work, or where you think "
                "that the law was broken. You need not ask us first."
            ),
        },
    ]
