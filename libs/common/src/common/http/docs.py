"""Where is the API described for people? /docs and /openapi.json, from our own files: no page loads from a CDN."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

ASSETS: Final = ("swagger-ui-bundle.js", "swagger-ui.css")

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>"""
_START: Final = (
    'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true})'
)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)
_PAGE_HEADERS: Final = {"content-security-policy": _POLICY}
_ASSET_HEADERS: Final = {"cache-control": "public, max-age=86400"}


def add_docs(app: FastAPI) -> None:
    """Serve the description and Swagger UI, public and outside the description itself."""
    assets = _assets_folder()

    async def openapi_json(_: Request) -> Response:
        return JSONResponse(app.openapi())

    async def docs_page(_: Request) -> Response:
        return HTMLResponse(_PAGE.format(title=app.title), headers=_PAGE_HEADERS)

    async def start_script(_: Request) -> Response:
        return Response(_START, media_type="text/javascript", headers=_ASSET_HEADERS)

    async def asset(request: Request) -> Response:
        return FileResponse(assets / Path(request.url.path).name, headers=_ASSET_HEADERS)

    app.add_route("/openapi.json", openapi_json, include_in_schema=False)
    app.add_route("/docs", docs_page, include_in_schema=False)
    app.add_route("/docs/start.js", start_script, include_in_schema=False)
    for name in ASSETS:
        app.add_route(f"/docs/{name}", asset, include_in_schema=False)


def _assets_folder() -> Path:
    """Found without importing the package, which serves them in a way that we do not use."""
    spec = find_spec("fastapi_standalone_docs")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("fastapi-standalone-docs carries the files of /docs and is not installed")
    return Path(spec.origin).parent / "static" / "swagger"
