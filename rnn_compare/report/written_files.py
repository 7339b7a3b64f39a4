"""The forms of a report and the files of each, for the command line and for the page."""

import io
import zipfile
from typing import Literal

from rnn_compare.report.contents import Contents

Form = Literal["html", "notebook", "parquet", "csv", "tensorboard"]


def written(contents: Contents, form: Form) -> dict[str, bytes]:
    """Returns the files of a report.

    Returns:
        Their content, by what is added to a file's stem, ``""`` for the first one; those of ``tensorboard`` by their
        path within a folder.

    Raises:
        UserError: If it cannot be made of these runs.
    """
    match form:
        case "html":
            from rnn_compare.report.html_report import html

            return {"": html(contents).encode()}
        case "notebook":
            from rnn_compare.report.notebook import notebook

            return {"": notebook(contents).encode()}
        case "parquet" | "csv":
            from rnn_compare.report.data_tables import files

            return files(contents, form)
        case "tensorboard":
            from rnn_compare.report.data_tables import event_files

            return event_files(contents)


def zipped(files: dict[str, bytes]) -> bytes:
    """Returns files as one archive, by their paths in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return stream.getvalue()
