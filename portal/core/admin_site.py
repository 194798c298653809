"""The staff admin: Django's own, in our frame, with pages of ours beside the models'."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from portal.core import rowscope, today

#: The parts of the menu, in order.
NAV_GROUPS = {"work": _("Work"), "share": _("Share"), "library": _("Library"), "run": _("Run")}
#: Apps whose tables staff work with. The libraries' own tables have pages of their own, or none.
OUR_APPS = {"portal", "integrations"}


@dataclass(frozen=True)
class NavPlace:
    """
    Where a page stands in the menu: ``nav = NavPlace("run", _("Inbox"), "inbox", 20)`` in a model's admin class.

    ``group``  key of ``NAV_GROUPS``; ``icon`` of the sprite; ``order`` counts inside the group

    A class that says nothing stands at the end of "Run"; ``nav = None`` keeps a model out of the menu.
    """

    group: str
    label: str | Promise
    icon: str = "list"
    order: int = 50


@dataclass(frozen=True)
class NavLink:
    """One line of the menu as it is shown."""

    place: NavPlace
    url: str
    is_current: bool = False


class PortalAdminSite(admin.AdminSite):
    """Staff see every partner's rows; nobody else gets past ``has_permission``."""

    site_header = _("Portal administration")
    site_title = _("Portal administration")
    index_title = _("Today")
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin"):
        super().__init__(name)
        self._pages: list[tuple[URLPattern, NavPlace | None]] = []

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        """Take our own apps' models; what libraries bring along is left out."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label in OUR_APPS]
        if ours:
            super().register(ours, admin_class, **options)

    def add_page(
        self,
        route: str,
        view: Callable[..., HttpResponse],
        *,
        name: str,
        nav: NavPlace | None = None,
    ) -> None:
        """
        Add a page of our own, for staff only. Called while admin modules are imported.

        :param route: below ``/admin/``, as ``django.urls.path`` takes it
        :param nav: when it belongs in the menu; the route has no parts to fill in then
        """
        self._pages.append((path(route, self.admin_view(view), name=name), nav))

    def get_urls(self) -> list[URLPattern]:
        # Django's own list ends with a pattern that catches everything.
        return [pattern for pattern, _nav in self._pages] + super().get_urls()

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def scoped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            # Staff work for the brand, whose rows these are.
            if self.has_permission(request):
                with rowscope.everything():
                    response = inner(request, *args, **kwargs)
                    # A lazy template would otherwise query after the scope is left.
                    if hasattr(response, "render") and callable(response.render) and not response.is_rendered:
                        response.render()
                    return response
            return inner(request, *args, **kwargs)

        return scoped

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "nav_groups": self._nav(request)}

    def _nav(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return ``{"label", "links"}`` per group that has any."""
        if not self.has_permission(request):
            return []
        links = [NavLink(NavPlace("work", _("Today"), "home", 0), reverse("admin:index"))]
        links += [NavLink(nav, reverse(f"admin:{pattern.name}")) for pattern, nav in self._pages if nav]
        for model, model_admin in self._registry.items():
            meta = model._meta
            nav = getattr(model_admin, "nav", NavPlace("run", meta.verbose_name_plural, order=90))
            if nav is not None and model_admin.has_view_permission(request):
                links.append(NavLink(nav, reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")))
        # The longest address that begins the shown one is the page we are on.
        current = max((link.url for link in links if request.path.startswith(link.url)), key=len, default="")
        links = [replace(link, is_current=link.url == current) for link in links]
        links.sort(key=lambda link: link.place.order)
        groups = [
            {"label": label, "links": [link for link in links if link.place.group == group]}
            for group, label in NAV_GROUPS.items()
        ]
        return [group for group in groups if group["links"]]

    def index(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """What needs a person, what is under way, what happened lately."""
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "today": today.collect(now=timezone.now()),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/index.html", context)

    def app_index(self, request: HttpRequest, app_label: str, extra_context=None) -> HttpResponse:
        """Staff do not think in apps."""
        return redirect("admin:index")

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send to the one sign-in page; tell somebody who is signed in already that this is not for them."""
        target = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(
            target, {request.get_host()}, require_https=request.is_secure()
        ):
            target = reverse("admin:index")
        if self.has_permission(request):
            return HttpResponseRedirect(target)
        if request.user.is_authenticated:
            return TemplateResponse(request, "admin/not_staff.html", {"target": target}, status=403)
        return redirect_to_login(target)

    def logout(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The one way out, which also ends the session in the list of sessions."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("account_change_password")
