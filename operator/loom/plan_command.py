"""`loom plan`: previews what the files ask for, prints it, and says by its exit code what there is to do. It decides nothing else.

What was found goes to the standard output, in one piece; errors and notes go to the other.
"""

import asyncio
import json
import logging

import yaml
from rich.console import Console

from loom.config import Settings
from loom.errors import CloudError
from loom.kube.client import ApiError
from loom.kube.connection import ConnectionFailure
from loom.kube.documents import WrongDocuments
from loom.manifests import ManifestError
from loom.preview import NoInstallation, Previewed, Refused, Request, preview_files
from loom.rendering import as_data, as_text, not_read

UNCHANGED, ERROR, CHANGES = 0, 1, 2


def plan(settings: Settings, request: Request, output: str, out: Console, err: Console) -> int:
    """Print the preview of a request as `text`, `json` or `yaml`. The exit code: 0 nothing changes, 2 something does, 1 an error."""
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # what it warns of arrives as an error, once and in our words
    try:
        found = asyncio.run(preview_files(settings, request))
    except (NoInstallation, ManifestError, WrongDocuments, ConnectionFailure) as error:
        return _fail(err, str(error))
    except ApiError as error:
        return _fail(err, _about_cluster(error))
    except CloudError as error:
        return _fail(err, f"Azure could not be read: {error}")
    if not found.previews and not found.refused:
        return _fail(err, "The files hold no object of csaloom.io.")
    if found.previews:
        _print(found, output, out)
    for note in found.notes:
        _say(err, f"note: {note}", "yellow")
    for one in found.refused:
        _fail(err, _refusal(one))
    unknown = not_read(found.previews)
    if unknown:
        _fail(err, f"This plan is not whole: {unknown} of the resources could not be read.")
    if found.refused or unknown:
        return ERROR
    return CHANGES if any(preview.changes or preview.keys for preview in found.previews) else UNCHANGED


def _print(found: Previewed, output: str, out: Console) -> None:
    match output:
        case "json":
            _plain(out, json.dumps(as_data(found.previews), indent=2))
        case "yaml":
            _plain(out, yaml.safe_dump(as_data(found.previews), sort_keys=False, allow_unicode=True, width=10_000))
        case _:
            out.print(as_text(found.previews), soft_wrap=True, highlight=False)


def _plain(out: Console, text: str) -> None:
    out.file.write(text.rstrip("\n") + "\n")


def _fail(err: Console, message: str) -> int:
    _say(err, message, "red")
    return ERROR


def _say(err: Console, message: str, style: str) -> None:
    err.print(message, style=style, markup=False, highlight=False, soft_wrap=True)


def _refusal(one: Refused) -> str:
    return f"{one.key} cannot be planned: {one.refusal.reason}: {one.refusal.message}"


def _about_cluster(error: ApiError) -> str:
    """The API server's refusal, and what to do."""
    match error.status:
        case 0:
            return f"The cluster could not be read: {error.message}. Choose another with --context, or plan with --offline."
        case 401:
            return "The cluster does not know you: sign in again, or choose another user with --context."
        case 403:
            return (
                f"The cluster does not let you look: {error.message}. Ask for that right, give what is needed as a file too (-f), "
                "or plan with --offline."
            )
        case 404:
            return "The cluster does not know the kinds of csaloom.io: install its CRDs first, or plan with --offline."
        case _:
            return f"The cluster could not be read: {error}"
