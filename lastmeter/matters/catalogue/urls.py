"""Addresses of the catalogues."""

from django.urls import path

from lastmeter.matters.catalogue.views import categories, duties, lists, proposal, public, questions, schemes

urlpatterns = [
    path("catalogue/", schemes.catalogue, name="catalogue"),
    path("catalogue/index.json", schemes.index, name="catalogue-index"),
    path("catalogue/load/", schemes.load, name="catalogue-load"),
    path("catalogue/load/<str:token>/", schemes.preview, name="catalogue-preview"),
    path("catalogue/editions/<int:pk>/", schemes.edition, name="catalogue-edition"),
    path("catalogue/editions/<int:pk>/report.xlsx", schemes.edition_report, name="catalogue-edition-report"),
    path("catalogue/editions/<int:pk>/withdrawal/", schemes.withdrawal, name="catalogue-withdrawal"),
    path("catalogue/schemes/<str:code>/", schemes.scheme, name="catalogue-scheme"),
    path("catalogue/schemes/<str:code>/use/", schemes.use, name="catalogue-use"),
    path("catalogue/categories/<int:pk>/", categories.category, name="catalogue-category"),
    path("catalogue/categories/<int:pk>/questions/", questions.adding, name="catalogue-question-adding"),
    path("catalogue/questions/<int:pk>/ending/", questions.ending, name="catalogue-question-ending"),
    path("m/<str:number>/questions/", questions.own, name="progress-questions"),
    path("matters/<str:number>/questions/", questions.asked, name="matter-questions"),
    path("catalogue/mapping/", categories.mapping_page, name="catalogue-mapping"),
    path("catalogue/mapping/table.xlsx", categories.mapping_table, name="catalogue-mapping-table"),
    path("catalogue/mapping/load/", categories.mapping_load, name="catalogue-mapping-load"),
    path("catalogue/mapping/load/<str:token>/", categories.mapping_preview, name="catalogue-mapping-preview"),
    # what communities do
    path("items/", public.public_list, name="public-items"),
    path("items.xlsx", public.public_table, name="public-items-table"),
    path("catalogue/lists/", lists.lists, name="item-lists"),
    path("catalogue/lists/<int:pk>/", lists.item_list, name="item-list"),
    path("catalogue/lists/<int:pk>/naming/", lists.naming, name="item-list-naming"),
    path("catalogue/lists/<int:pk>/line/", lists.line, name="item-list-line"),
    path("catalogue/lists/<int:pk>/removal/", lists.removal, name="item-list-removal"),
    path("catalogue/lists/<int:pk>/approval/", lists.approval, name="item-list-approval"),
    path("catalogue/lists/<int:pk>/retirement/", lists.retirement, name="item-list-retirement"),
    path("catalogue/lists/<int:pk>/discarding/", lists.discarding, name="item-list-discarding"),
    path("catalogue/lists/<int:pk>/table.xlsx", lists.table, name="item-list-table"),
    path("catalogue/lists/<int:pk>/load/", lists.loading, name="item-list-load"),
    path("catalogue/lists/<int:pk>/load/<str:token>/", lists.preview, name="item-list-preview"),
    # who leads, who assists
    path("matters/<str:number>/assignment/proposal/", proposal.proposal, name="matter-proposal"),
    path("matters/<str:number>/proposal/", proposal.acceptance, name="matter-by-duties"),
    path("catalogue/duties/", duties.duties, name="duties"),
    path("catalogue/duties/<int:node_id>/", duties.at, name="duties-at"),
    path("catalogue/duties/<int:node_id>/<int:pk>/ending/", duties.ending, name="duties-ending"),
    path("catalogue/duties/<int:node_id>/table.xlsx", duties.table, name="duties-table"),
    path("catalogue/duties/<int:node_id>/load/", duties.loading, name="duties-load"),
    path("catalogue/duties/<int:node_id>/load/<str:token>/", duties.preview, name="duties-preview"),
]
