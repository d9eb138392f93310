"""Who may ask the service: keys, people, agreements, and the audit of them."""

from __future__ import annotations

from typing import Annotated

import typer

from serving.cli.doors.command import Commands, command
from serving.cli.doors.options import DAY, AsJson, Lang

Role = Annotated[
    str, typer.Option("--role", help="What the bearer may do: investor, bank, data_scientist, service, planner, admin.")
]
Investor = Annotated[
    str | None,
    typer.Option(
        "--investor",
        metavar="NAME",
        help="Whose mandates and lists it reaches; of a bank, the bank as registers spell it.",
    ),
]
KeyName = Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")]
GivenKey = Annotated[str, typer.Argument(metavar="KEY", help="Id or name of the key, as `ehya keys list` prints them.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help=f"Last day on which it opens. {DAY}.")]
Account = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account.")]
Party = Annotated[str, typer.Argument(metavar="INVESTOR", help="The investor, as keys and accounts name it.")]
PackageVersion = Annotated[str, typer.Argument(metavar="PACKAGE", help="A version that was signed off, e.g. inva@1.")]
Newest = Annotated[int, typer.Option("--newest", min=1, help="Lines to show.")]
Message = Annotated[
    str, typer.Argument(metavar="MESSAGE", help="Id of the message, as `ehya webhooks failed` prints it.")
]
Webhook = Annotated[
    str, typer.Argument(metavar="WEBHOOK", help="Id of the webhook, as `ehya webhooks list` prints it.")
]
Head = Annotated[
    str | None,
    typer.Option("--head", metavar="HASH", help="A hash written down earlier: it must be on the chain still."),
]


@command(
    "add",
    "ehya keys add portal --role service",
    "ehya keys add food-fund --role investor --investor food-fund --until 1405-12-29",
)
def keys_add(
    ctx: typer.Context,
    name: KeyName,
    role: Role,
    investor: Investor = None,
    until: Until = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Make a key for a program. It is shown this once; only its digest is kept."""
    from serving.cli.commands.access import add_key

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    add_key(terminal, ctx.obj.settings, name, role=role, investor=investor, until=until)


@command("list", "ehya keys list")
def keys_list(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List the keys, the newest first, with what they may do and whether they still open."""
    from serving.cli.commands.access import list_keys

    list_keys(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("revoke", "ehya keys revoke food-fund")
def keys_revoke(ctx: typer.Context, key: GivenKey, lang: Lang = None, as_json: AsJson = False) -> None:
    """Let a key open nothing any more. A service that runs learns of it within seconds."""
    from serving.cli.commands.access import revoke_key

    revoke_key(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, key)


@command("add", "ehya user add office --role planner")
def user_add(
    ctx: typer.Context,
    name: Account,
    role: Role,
    investor: Investor = None,
    administers: Annotated[
        bool, typer.Option("--administers", help="The person also opens and closes the accounts of others.")
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Open an account for a person. The password is asked for, or read as one line where input is no terminal.

    With it people sign in to the pages of `ehya serve`; programs use keys.
    """
    from serving.cli.commands.access import add_person

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    add_person(terminal, ctx.obj.settings, name, role=role, investor=investor, administers=administers)


@command("password", "ehya user password office")
def user_password(ctx: typer.Context, name: Account, lang: Lang = None, as_json: AsJson = False) -> None:
    """Give an account a new password, as for somebody who forgot theirs. Its sessions end.

    The password is asked for, or read as one line where input is no terminal. People change their own in the browser.
    """
    from serving.cli.commands.access import set_password

    set_password(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, name)


@command("list", "ehya user list")
def user_list(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List the accounts by name."""
    from serving.cli.commands.access import list_people

    list_people(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("disable", "ehya user disable office")
def user_disable(ctx: typer.Context, name: Account, lang: Lang = None, as_json: AsJson = False) -> None:
    """Let nobody sign in with an account any more. Its name is not given out again."""
    from serving.cli.commands.access import disable_person

    disable_person(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, name)


@command("accept", "ehya nda accept food-fund inva@1")
def nda_accept(
    ctx: typer.Context, investor: Party, package: PackageVersion, lang: Lang = None, as_json: AsJson = False
) -> None:
    """Record that an investor agreed not to disclose what stands in a package, and so reads more of its units.

    It also confirms what the investor agreed to over HTTP: until then `ehya nda list` shows it unconfirmed.
    """
    from serving.cli.commands.access import accept_agreement

    accept_agreement(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, investor, package)


@command("end", "ehya nda end food-fund inva@1")
def nda_end(
    ctx: typer.Context, investor: Party, package: PackageVersion, lang: Lang = None, as_json: AsJson = False
) -> None:
    """Take such an agreement back: nothing more is shown under it. The record stays."""
    from serving.cli.commands.access import end_agreement

    end_agreement(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, investor, package)


@command("list", "ehya nda list")
def nda_list(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List the agreements, the newest first."""
    from serving.cli.commands.access import list_agreements

    list_agreements(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command(
    "list",
    "ehya audit list --newest 100",
    "ehya audit list --act key_made --words fund --since 1405-07-01",
)
def audit_list(
    ctx: typer.Context,
    newest: Newest = 40,
    act: Annotated[str, typer.Option("--act", metavar="CODE", help="Only such acts, by their code.")] = "",
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="Words in who, whom, what, or the name of the unit.")
    ] = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE", help=f"From this day on. {DAY}.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", help=f"Up to this day. {DAY}.")] = "",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """List who did what in the workspace, the newest first: all of it, or what was looked for."""
    from serving.cli.commands.access import list_audit

    terminal = ctx.obj.terminal(lang, as_json=as_json)
    list_audit(terminal, ctx.obj.settings, newest, act=act, words=words, since=since, until=until)


@command("verify", "ehya audit verify")
def audit_verify(ctx: typer.Context, head: Head = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """Follow the chain of the audit: exit code 1 where a line is not what it was.

    Write the last hash down elsewhere.
    """
    from serving.cli.commands.access import verify_audit

    raise typer.Exit(verify_audit(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, head))


@command("list", "ehya webhooks list")
def webhooks_list(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List who is told of which saved mandate, and where; secrets are shown to nobody."""
    from serving.cli.commands.webhooks import list_webhooks

    list_webhooks(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("end", "ehya webhooks end wh_0123456789abcdef")
def webhooks_end(ctx: typer.Context, webhook: Webhook, lang: Lang = None, as_json: AsJson = False) -> None:
    """End a webhook, whoever made it: messages that wait for it are given up, and none is written any more."""
    from serving.cli.commands.webhooks import end_webhook

    end_webhook(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, webhook)


@command("failed", "ehya webhooks failed")
def webhooks_failed(ctx: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:
    """List the messages to webhooks that never arrived and were given up, the newest first."""
    from serving.cli.commands.webhooks import list_dead_letters

    list_dead_letters(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings)


@command("resend", "ehya webhooks resend msg_0123456789abcdef")
def webhooks_resend(ctx: typer.Context, message: Message, lang: Lang = None, as_json: AsJson = False) -> None:
    """Send a message that was given up again, with all its attempts anew."""
    from serving.cli.commands.webhooks import send_again

    send_again(ctx.obj.terminal(lang, as_json=as_json), ctx.obj.settings, message)


KEYS = Commands(
    "keys",
    "Make, list and revoke keys for programs.",
    (keys_add, keys_list, keys_revoke),
)


USER = Commands(
    "user",
    "Open, list and disable accounts of people.",
    (user_add, user_list, user_password, user_disable),
)


NDA = Commands(
    "nda",
    "Record who agreed not to disclose what stands in a package.",
    (nda_accept, nda_list, nda_end),
)


WEBHOOKS = Commands(
    "webhooks",
    "List webhooks and end one; list messages that were given up, and send these again.",
    (webhooks_list, webhooks_end, webhooks_failed, webhooks_resend),
)


AUDIT = Commands(
    "audit",
    "See who did what, and whether the record is whole.",
    (audit_list, audit_verify),
)
