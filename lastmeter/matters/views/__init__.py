"""The pages of matters: fetch through the actor, form, act, page."""
