"""What a browser does to sign in."""

import re

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}


def token_of(answer):
    return re.search(r'name="form_token" value="([^"]+)"', answer.text).group(1)


def sign_in(client, world, email="ann@harbour.example"):
    asked = client.post("/sign-in", data={"email": email, "form_token": token_of(client.get("/sign-in"))}, headers=OURS)
    assert asked.status_code == 200
    world.portal.deliver()
    link = f"/sign-in/{world.letterbox.token('https://portal.example')}"
    return client.post(link, data={"form_token": token_of(client.get(link))}, headers=OURS)
