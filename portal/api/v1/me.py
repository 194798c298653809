"""Who am I? The first call of every integration."""

from rest_framework import serializers
from rest_framework.response import Response

from portal.api.authentication import ClientRequest
from portal.api.schema import answer, operation
from portal.api.v1 import examples
from portal.api.v1.changes import CommunitySerializer
from portal.api.views import PartnerView
from portal.partners import selectors


class PartnerSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")


class ClientSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class MeSerializer(serializers.Serializer):
    partner = PartnerSerializer()
    client = ClientSerializer()
    scopes = serializers.ListField(child=serializers.CharField(), help_text="Of the token you sent.")
    communities = CommunitySerializer(many=True, help_text="What you get comes through these.")


class Me(PartnerView):
    required_scopes = ()

    @operation("who_am_i", summary="Who am I", answers={200: answer(MeSerializer, examples.ME)})
    def get(self, request: ClientRequest) -> Response:
        """The company and system behind the token, and what the token allows."""
        me = {
            "partner": request.partner,
            "client": request.client,
            "scopes": sorted(request.auth.get_scopes()),
            "communities": selectors.communities_of(request.partner),
        }
        return Response(MeSerializer(me).data)
