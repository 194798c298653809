// Shows the OpenAPI document that the page names.
const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  // The validator is somebody else's server.
  validatorUrl: null,
});
