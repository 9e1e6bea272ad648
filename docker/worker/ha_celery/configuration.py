"""Combined settings of an app: ours and its own."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from celery import Celery
from celery.app import backends, utils

from ha_celery import checks, internals, queue_options, recorder, versions
from ha_celery.celery_settings import Class, values
from ha_celery.errors import SettingsError
from ha_celery.setting_values import Context, queue_names, result_backend
from ha_celery.settings import Settings


class CombinedSettings(utils.Settings):
    """An app's `conf` with our additions as the first map, where Celery expects the app's changes."""

    def add_defaults(self, defaults: Any) -> None:
        """Adds defaults below the app's changes."""
        super().add_defaults(defaults)
        # Not before ours is the first, nor while the app loads its settings again.
        if self.maps[0] is not self.changes:
            self.maps[1], self.maps[2] = self.maps[2], self.maps[1]

    def pop(self, key: str, *default: Any) -> Any:
        """Removes one of the app's changes."""
        return self.changes.pop(key, *default)


class Configuration:
    """Our settings of an app: defaults below the app's own settings, and additions above them."""

    def __init__(self, app: Celery, settings: Settings | None) -> None:
        """Reads the settings from the environment unless they are given."""
        self._app = app
        self._error: SettingsError | None = None
        self._warned = False
        self._below: dict[str, Any] = {}
        self._above: dict[str, Any] = {}
        try:
            self.settings = settings or Settings.from_environment()
        except SettingsError as error:
            # Importing an app must be possible without a broker, for example to run its unit tests.
            self.settings, self._error = Settings(broker_url=""), error
        #: Why Celery's own pool and consumer are used; empty if ours are.
        self.why_native = "HA_CELERY_NATIVE_POOL is set" if self.settings.native_pool else _why_native()
        self.accelerated = not self.why_native

    def apply(self) -> None:
        """Combines our settings with those that the app has set so far."""
        context = self.context()
        for name, value in values(context, Class.MERGED).items():
            self._above.update(dict.fromkeys(_spellings(name, self._conf.prefix), value))
        self._below.update(values(context, Class.FIXED, Class.DEFAULT))
        self._below["ha_celery_confirm_timeout"] = self.settings.confirm_timeout_seconds
        self._below["ha_celery_publish_budget"] = self.settings.publish_budget_seconds
        self._below["ha_celery_metrics_port"] = self.settings.metrics_port
        self._below["ha_celery_state_dir"] = str(self.settings.state_dir)
        conf = self._conf
        if not any(mapping is self._below for mapping in conf.maps):
            # Assigning an attribute of `conf` sets a setting.
            object.__setattr__(conf, "__class__", CombinedSettings)
            conf.maps.insert(0, self._above)
            # Celery's own defaults are the last.
            conf.maps.insert(-1, self._below)
        if self.settings.ledger_url:
            recorder.record_executions(self.settings.ledger_url)

    def check(self) -> None:
        """Raises one error that lists everything that prevents the app from connecting safely."""
        if self._error and not checks.is_in_memory(self._conf.broker_url):
            raise self._error
        # The app may have changed its settings since.
        self.apply()
        problems = checks.problems(self._conf, self.context())
        if problems:
            lines = "\n".join(f"- {text}" for text in problems)
            raise SettingsError(f"App {self._app.main!r} cannot connect:\n{lines}")

    def replaced_defaults(self) -> dict[str, tuple[Any, Any]]:
        """Returns the defaults that the app has replaced: its value, and ours."""
        context = self.context()
        ours = values(context, Class.DEFAULT)
        theirs = {name: context.app_value(name) for name in ours}
        return {name: (theirs[name], ours[name]) for name in ours if theirs[name] not in (None, ours[name])}

    def warn(self, *, again: bool = False) -> None:
        """Logs once what is not used of the app's settings."""
        if again or not self._warned:
            self._warned = True
            queue_options.warn(self.context())

    def queues(self) -> list[str]:
        """Returns the queues that a worker takes tasks from, unless its -Q option names others."""
        return list(self.settings.queues) or queue_names(self.context())

    def names_queues(self) -> bool:
        """Returns whether the environment or the app names any queue."""
        named = (self._app_value(name) for name in ("task_queues", "task_default_queue"))
        return bool(self.settings.queues) or any(named)

    def context(self) -> Context:
        """Returns the inputs of all values."""
        return Context(
            self.settings,
            self._app.main or "celery",
            self.accelerated,
            self._app_value,
            lambda: backends.by_url(result_backend(self.context()), self._app.loader)[0],
        )

    @property
    def _conf(self) -> Any:
        # Celery reads the app's settings when the first of them is needed.
        return self._app.conf.finalize()

    def _app_value(self, name: str) -> Any:
        conf = self._conf
        # Of the type that knows Celery's other names for a setting, such as those with a prefix.
        own = [
            mapping for mapping in conf.maps[:-1] if mapping is not self._above and mapping is not self._below
        ]
        return checks.value(type(conf)({}, own, keys=conf._keys, prefix=conf.prefix), name)


def _why_native() -> str:
    """Returns what prevents the use of our pool and consumer."""
    untested = [f"{one.name} {one.installed}" for one in versions.mismatches(versions.ACCELERATED)]
    if untested:
        return ", ".join(untested)
    missing = internals.missing(internals.ACCELERATED)
    return f"{versions.installed_text()} lack {', '.join(missing)}" if missing else ""


def _spellings(name: str, prefix: str | None) -> tuple[str, ...]:
    """Names of a setting; Celery prefers the one with a prefix, such as CELERY_TASK_QUEUES."""
    if not prefix:
        return (name,)
    return (name, f"{prefix}{name}".upper() if prefix.isupper() else f"{prefix}{name}")


_configurations: WeakKeyDictionary[Celery, Configuration] = WeakKeyDictionary()


def register(app: Celery, configuration: Configuration) -> bool:
    """Stores the configuration of an app; returns whether it is the first one."""
    first = app not in _configurations
    _configurations[app] = configuration
    return first


def is_configured(app: Celery) -> bool:
    """Returns whether an app has a configuration."""
    return app in _configurations


def configuration_of(app: Celery) -> Configuration:
    """Returns the configuration of an app."""
    try:
        return _configurations[app]
    except KeyError:
        raise SettingsError(
            f"app {app.main!r} is not configured. Call ha_celery.configure(app) first."
        ) from None


def check_at_start(app: Celery) -> None:
    """Ends a process whose settings are not safe, from a handler of a signal of Celery's.

    Celery logs every other exception of such a handler, and goes on.
    """
    try:
        configuration_of(app).check()
    except SettingsError as error:
        raise SystemExit(str(error)) from error
