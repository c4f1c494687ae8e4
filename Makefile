# `make COMMAND` is short for `python course.py COMMAND`, which works without make as well and lists
# all commands. PYTHON=/path/to/python3 chooses the Python that .venv is made with.

PYTHON =
LESSON =
EVIDENCE =
N =
REPO =
VERSION =
SUBMISSIONS =
ASSIGNMENT =
SEED =
UNSAFE =
FROM =
CLASS =
DRY =
TABLE =

commands = help run test lab slides site lecture store verdicts measure bench colab release \
           collect grade gradebook report matrix clean
options = LESSON EVIDENCE N REPO VERSION SUBMISSIONS ASSIGNMENT SEED UNSAFE FROM CLASS DRY TABLE

.PHONY: $(commands)

$(commands):
	@$(or $(PYTHON),python3) course.py $(if $(PYTHON),--python '$(PYTHON)') $@ \
		$(foreach name,$(options),$(if $($(name)),'$(name)=$($(name))'))
