# Every target sets up what it needs in .venv; nothing has to be activated. `make help` lists them.

PYTHON =
LESSON =
REPO =
VERSION =
N =
SUBMISSIONS =
ASSIGNMENT =
SEED =
UNSAFE =

# Cached byte code halves the time that every kernel takes to start.
unexport PYTHONDONTWRITEBYTECODE
unexport PIP_NO_COMPILE
unexport PYTHONPATH
unexport PYTHONHOME

python = .venv/bin/python

.PHONY: help run test lab slides lecture site store measure bench verdicts colab release grade matrix clean installed

help:
	@echo 'make run                    execute every lesson, write pages to build/html, show the verdicts'
	@echo 'make run LESSON=03          the same for one lesson'
	@echo 'make test                   run every test'
	@echo 'make lab                    open the lessons in JupyterLab'
	@echo 'make slides [LESSON=03]     make a deck of slides from each lesson, in build/slides'
	@echo 'make site                   make the web site of the course in build/site'
	@echo 'make lecture N=03           open a deck in the browser, and its lesson in JupyterLab'
	@echo 'make store LESSON=03        run a lesson and store its outputs in the notebook'
	@echo 'make verdicts               write the tables of README.md from the stored notebooks'
	@echo 'make measure [LESSON=03]    run the lessons with five seeds and fill data/measurements.csv'
	@echo 'make bench                  measure our code against Keras, gensim and nbgrader; half an hour'
	@echo 'make colab REPO=owner/name  write the address of your copy into links and set-up cells;'
	@echo '                            VERSION=tag names the branch or tag that Colab fetches'
	@echo 'make release                make the bundle that students get in build/release'
	@echo 'make grade SUBMISSIONS=dir  mark what students handed in; tables and pages in build/grades'
	@echo 'make matrix                 run the tests on Python 3.11 to 3.13, lowest and newest packages,'
	@echo '                            and the lessons with the packages that Colab has'
	@echo 'make clean                  remove .venv and build'
	@echo
	@echo 'PYTHON=/path/to/python3 chooses the Python that .venv is made with.'

installed:
	@sh tools/prepare.sh $(if $(PYTHON),"$(PYTHON)")

run: installed
	@$(python) tools/notebooks/run_lessons.py $(LESSON)

# Files are tested in their order: by default the longest would come last and leave a core idle.
test: installed
	@$(python) -m pytest -n 2 --dist loadscope --no-loadscope-reorder

lab: installed
	@$(python) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

slides: installed
	@$(python) tools/publish/slides.py $(LESSON)

site: installed
	@$(python) tools/publish/website.py

lecture: installed
	@$(python) tools/publish/lecture.py $(N)

store: installed
	@$(python) tools/notebooks/store_lesson.py $(LESSON)

verdicts: installed
	@$(python) tools/publish/tables.py

measure: installed
	@$(python) tools/measure/measure.py $(if $(LESSON),--lesson $(LESSON))

bench: installed
	@$(python) tools/measure/bench.py

colab: installed
	@$(python) tools/notebooks/colab.py '$(REPO)' '$(VERSION)'

release: installed
	@$(python) coursework/grader/release.py

grade: installed
	@$(python) coursework/grader/grade.py '$(SUBMISSIONS)' \
		$(if $(ASSIGNMENT),--assignment $(ASSIGNMENT)) $(if $(SEED),--seed $(SEED)) \
		$(if $(UNSAFE),--unsafe)

matrix: installed
	@$(python) tools/notebooks/matrix.py

clean:
	rm -rf .venv build
