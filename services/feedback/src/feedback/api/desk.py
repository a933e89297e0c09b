"""What do the endpoints of surveys work with? What make_app put on `app.state`."""

from typing import Annotated

from fastapi import Depends, Request

from feedback.usecases.survey_desk import SurveyDesk


async def _desk(request: Request) -> SurveyDesk:
    desk: SurveyDesk = request.app.state.survey_desk
    return desk


Desk = Annotated[SurveyDesk, Depends(_desk)]
"""What an endpoint asks for: `desk: Desk`."""
