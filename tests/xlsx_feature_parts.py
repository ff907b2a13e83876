"""What real workbooks hold in parts of their own: comments, drawings, pivots, links, queries, labels, macros."""

from __future__ import annotations

from tests.xlsx_corpus import MAIN
from tests.xlsx_draft import TYPES, CellDraft, Draft, SheetDraft
from tests.xlsx_features import OFFICE, SPREADSHEET, escaped, extension, some_cell

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def comments(draft: Draft, sheet: SheetDraft) -> None:
    """Note something on a cell, perhaps as a conversation."""
    n = draft.number()
    xml = f'<comments xmlns="{MAIN}"><authors><author>me</author></authors><commentList><comment ref="A2" authorId="0"><text><t>hello</t></text></comment></commentList></comments>'
    sheet.relate("comments", draft.part(f"xl/comments{n}.xml", xml, f"{TYPES}comments+xml"))
    vml = '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><v:shape id="_x0000_s1025" type="#_x0000_t202"/></xml>'
    sheet.add(
        "legacyDrawing",
        f'<legacyDrawing r:id="{sheet.relate("vmlDrawing", draft.part(f"xl/drawings/vmlDrawing{n}.vml", vml.encode()))}"/>',
    )
    if draft.chance.random() < 0.5:
        talk = f'<ThreadedComments xmlns="{SPREADSHEET}/2018/threadedcomments"><threadedComment ref="A2" dT="2026-01-01T10:00:00.00" personId="{{1}}" id="{{2}}"><text>hello</text></threadedComment></ThreadedComments>'
        sheet.relate(
            f"{OFFICE}/2017/10/relationships/threadedComment",
            draft.part(
                f"xl/threadedComments/threadedComment{n}.xml",
                talk,
                "application/vnd.ms-excel.threadedcomments+xml",
            ),
        )
        people = f'<personList xmlns="{SPREADSHEET}/2018/threadedcomments"><person displayName="Me" id="{{1}}"/></personList>'
        draft.relate(
            f"{OFFICE}/2017/10/relationships/person",
            draft.part(f"xl/persons/person{n}.xml", people, "application/vnd.ms-excel.person+xml"),
        )


def controls(draft: Draft, sheet: SheetDraft) -> None:
    """Put a button on the sheet, as form controls are kept."""
    props = f'<formControlPr xmlns="{SPREADSHEET}/2009/9/main" objectType="CheckBox" fmlaLink="$A$1"/>'
    ident = sheet.relate(
        "ctrlProp",
        draft.part(
            f"xl/ctrlProps/ctrlProp{draft.number()}.xml",
            props,
            "application/vnd.ms-excel.controlproperties+xml",
        ),
    )
    sheet.add(
        "controls",
        '<mc:AlternateContent><mc:Choice Requires="x14"><controls><mc:AlternateContent><mc:Choice Requires="x14">'
        f'<control shapeId="1025" r:id="{ident}" name="Check 1"/></mc:Choice></mc:AlternateContent></controls></mc:Choice></mc:AlternateContent>',
    )


def drawing(draft: Draft, sheet: SheetDraft) -> None:
    """Draw a chart and a picture beside the cells."""
    n = draft.number()
    chart = (
        f'<c:chartSpace xmlns:c="{_DRAWING}/chart" xmlns:a="{_DRAWING}/main"><c:chart><c:plotArea><c:layout/><c:barChart><c:barDir val="col"/>'
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:val><c:numRef><c:f>Data!$A$1:$A$9</c:f></c:numRef></c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx>'
        "</c:plotArea></c:chart></c:chartSpace>"
    )
    draft.part(
        f"xl/charts/chart{n}.xml", chart, "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    )
    draft.part(
        f"xl/charts/style{n}.xml",
        f'<cs:chartStyle xmlns:cs="{OFFICE}/drawing/2012/chartStyle" id="201"/>',
        "application/vnd.ms-office.chartstyle+xml",
    )
    anchor = "<xdr:from><xdr:col>10</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>14</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>9</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
    frame = (
        f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
        f'<a:graphic><a:graphicData uri="{_DRAWING}/chart"><c:chart xmlns:c="{_DRAWING}/chart" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></a:graphicData></a:graphic></xdr:graphicFrame>'
    )
    xml = f'<xdr:wsDr xmlns:xdr="{_DRAWING}/spreadsheetDrawing" xmlns:a="{_DRAWING}/main"><xdr:twoCellAnchor>{anchor}{frame}<xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>'
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart" Target="../charts/chart{n}.xml"/></Relationships>'
    draft.part(f"xl/drawings/_rels/drawing{n}.xml.rels", rels)
    sheet.add(
        "drawing",
        f'<drawing r:id="{sheet.relate("drawing", draft.part(f"xl/drawings/drawing{n}.xml", xml, "application/vnd.openxmlformats-officedocument.drawing+xml"))}"/>',
    )


def objects(draft: Draft, sheet: SheetDraft) -> None:
    """Embed a document and an ActiveX control, and keep properties and pictures of the page."""
    n = draft.number()
    ole = sheet.relate(
        "oleObject", draft.part(f"xl/embeddings/oleObject{n}.bin", b"\xd0\xcf\x11\xe0" + bytes(600))
    )
    sheet.add(
        "oleObjects",
        f'<oleObjects><oleObject progId="Word.Document.12" shapeId="1026" r:id="{ole}"/></oleObjects>',
    )
    own = sheet.relate("customProperty", draft.part(f"xl/customProperty{n}.bin", b"mine"))
    sheet.add(
        "customProperties", f'<customProperties><customPr name="mine" r:id="{own}"/></customProperties>'
    )
    vml = sheet.relate("vmlDrawing", draft.part(f"xl/drawings/header{n}.vml", b"<xml/>"))
    sheet.add("legacyDrawingHF", f'<legacyDrawingHF r:id="{vml}"/>')
    sheet.relate(
        "control",
        draft.part(
            f"xl/activeX/activeX{n}.xml",
            '<ax:ocx xmlns:ax="urn:x"/>',
            "application/vnd.ms-office.activeX+xml",
        ),
    )


def filters(_: Draft, sheet: SheetDraft) -> None:
    """Filter and sort the cells, and hide the rows that do not pass."""
    sheet.add(
        "autoFilter",
        '<autoFilter ref="A1:D26"><filterColumn colId="0"><filters><filter val="x"/></filters></filterColumn></autoFilter>',
    )
    sheet.add("sortState", '<sortState ref="A2:D26"><sortCondition ref="A2:A26"/></sortState>')
    sheet.rows |= dict.fromkeys(range(20, 26), ' hidden="1"')


def background(draft: Draft, sheet: SheetDraft) -> None:
    """Lay a picture under the cells."""
    image = draft.part(f"xl/media/image{draft.number()}.png", b"\x89PNG not really")
    sheet.add("picture", f'<picture r:id="{sheet.relate("image", image)}"/>')


def pivot(draft: Draft, sheet: SheetDraft) -> None:
    """Summarize cells in a pivot table, with its cache."""
    n = draft.number()
    fields = '<cacheFields count="1"><cacheField name="Amount" numFmtId="0"><sharedItems containsNumber="1" minValue="1" maxValue="9"/></cacheField></cacheFields>'
    cache = f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1" refreshedBy="me" recordCount="0"><cacheSource type="worksheet"><worksheetSource ref="A1:H30" sheet="{escaped(sheet.name)}"/></cacheSource>{fields}</pivotCacheDefinition>'
    name = draft.part(f"xl/pivotCache/pivotCacheDefinition{n}.xml", cache, f"{TYPES}pivotCacheDefinition+xml")
    draft.part(
        f"xl/pivotCache/pivotCacheRecords{n}.xml",
        f'<pivotCacheRecords xmlns="{MAIN}" count="0"/>',
        f"{TYPES}pivotCacheRecords+xml",
    )
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
    draft.part(
        f"xl/pivotCache/_rels/pivotCacheDefinition{n}.xml.rels",
        rels.format("pivotCacheRecords", f"pivotCacheRecords{n}.xml"),
    )
    xml = f'<pivotTableDefinition xmlns="{MAIN}" name="Pivot{n}" cacheId="{n}" dataOnRows="1" applyNumberFormats="0" dataCaption="Values"><location ref="M3:N9" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/><pivotFields count="1"><pivotField dataField="1"/></pivotFields></pivotTableDefinition>'
    table = draft.part(f"xl/pivotTables/pivotTable{n}.xml", xml, f"{TYPES}pivotTable+xml")
    draft.part(
        f"xl/pivotTables/_rels/pivotTable{n}.xml.rels",
        rels.format("pivotCacheDefinition", f"../pivotCache/pivotCacheDefinition{n}.xml"),
    )
    sheet.relate("pivotTable", table)
    ident = draft.relate("pivotCacheDefinition", name)
    old = (
        "".join(draft.around.pop("pivotCaches", []))
        .removeprefix("<pivotCaches>")
        .removesuffix("</pivotCaches>")
    )
    draft.add("pivotCaches", f'<pivotCaches>{old}<pivotCache cacheId="{n}" r:id="{ident}"/></pivotCaches>')


def slicers(draft: Draft, sheet: SheetDraft) -> None:
    """Filter by buttons: slicers and timelines with their caches."""
    n = draft.number()
    for kind, year in (("slicer", "2009/9/main"), ("timeline", "2010/11/main")):
        space = f"{SPREADSHEET}/{year}"
        cache = f'<{kind}CacheDefinition xmlns="{space}" name="{kind}_{n}" sourceName="Amount"/>'
        draft.relate(
            f"{OFFICE}/2007/relationships/{kind}Cache",
            draft.part(
                f"xl/{kind}Caches/{kind}Cache{n}.xml", cache, f"application/vnd.ms-excel.{kind}Cache+xml"
            ),
        )
        sheet.relate(
            f"{OFFICE}/2007/relationships/{kind}",
            draft.part(
                f"xl/{kind}s/{kind}{n}.xml",
                f'<{kind}s xmlns="{space}"/>',
                f"application/vnd.ms-excel.{kind}+xml",
            ),
        )
    extension(
        sheet,
        "A8765BA9-456A-4dab-B4F3-ACF838C121DE",
        f'<x14:slicerList><x14:slicer r:id="rId{len(sheet.relations)}"/></x14:slicerList>',
    )


def external_link(draft: Draft, sheet: SheetDraft) -> None:
    """Take a value from another workbook."""
    n = draft.number()
    xml = f'<externalLink xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><externalBook r:id="rId1"><sheetNames><sheetName val="S"/></sheetNames></externalBook></externalLink>'
    ident = draft.relate(
        "externalLink", draft.part(f"xl/externalLinks/externalLink{n}.xml", xml, f"{TYPES}externalLink+xml")
    )
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" Target="file:///C:/other.xlsx" TargetMode="External"/></Relationships>'
    draft.part(f"xl/externalLinks/_rels/externalLink{n}.xml.rels", rels)
    draft.around["externalReferences"] = [*draft.around.get("externalReferences", []), ""]
    old = (
        "".join(draft.around["externalReferences"])
        .removeprefix("<externalReferences>")
        .removesuffix("</externalReferences>")
    )
    draft.around["externalReferences"] = [
        f'<externalReferences>{old}<externalReference r:id="{ident}"/></externalReferences>'
    ]
    sheet.cells[some_cell(draft.chance)] = CellDraft("<f>[1]S!$A$1</f><v>5</v>")


def connections(draft: Draft, sheet: SheetDraft) -> None:
    """Fetch cells from a database."""
    if "xl/connections.xml" not in draft.parts:
        xml = f'<connections xmlns="{MAIN}"><connection id="1" name="Query" type="5" refreshedVersion="6"><dbPr connection="Provider=x" command="SELECT"/></connection></connections>'
        draft.relate("connections", draft.part("xl/connections.xml", xml, f"{TYPES}connections+xml"))
    query = f'<queryTable xmlns="{MAIN}" name="Query" connectionId="1"/>'
    sheet.relate(
        "queryTable",
        draft.part(f"xl/queryTables/queryTable{draft.number()}.xml", query, f"{TYPES}queryTable+xml"),
    )


def names(draft: Draft, sheet: SheetDraft) -> None:
    """Name areas, on sheets whose own names need quotes."""
    owner = escaped("'" + sheet.name.replace("'", "''") + "'")
    index = draft.sheets.index(sheet)
    lines = (
        f'<definedName name="_xlnm.Print_Area" localSheetId="{index}">{owner}!$A$1:$H$60</definedName>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{index}">{owner}!$1:$1</definedName>'
        f'<definedName name="Amounts{draft.number()}" comment="a &amp; b">{owner}!$A$1:$A$60</definedName>'
        f'<definedName name="Rate{draft.number()}" hidden="1">0.19</definedName><definedName name="Gone{draft.number()}">#REF!</definedName>'
    )
    old = (
        "".join(draft.around.pop("definedNames", []))
        .removeprefix("<definedNames>")
        .removesuffix("</definedNames>")
    )
    draft.add("definedNames", f"<definedNames>{old}{lines}</definedNames>")


# -- the workbook --------------------------------------------------------------------------------------


def properties(draft: Draft, _: SheetDraft) -> None:
    """Say who made it and when, with labels, custom XML and a ribbon of its own."""
    core = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Me</dc:creator></cp:coreProperties>'
    draft.root.append(
        (
            "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
            draft.part(
                "docProps/core.xml", core, "application/vnd.openxmlformats-package.core-properties+xml"
            ),
        )
    )
    label = '<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"><clbl:label id="{1}" enabled="1" method="Standard" siteId="{2}"/></clbl:labelList>'
    draft.root.append(
        (
            f"{OFFICE}/2020/02/relationships/classificationlabels",
            draft.part(
                "docMetadata/LabelInfo.xml", label, "application/vnd.ms-office.classificationlabels+xml"
            ),
        )
    )
    draft.root.append(
        (
            f"{OFFICE}/2007/relationships/ui/extensibility",
            draft.part("customUI/customUI14.xml", f'<customUI xmlns="{OFFICE}/2009/07/customui"/>'),
        )
    )
    draft.relate("customXml", draft.part("customXml/item1.xml", "<p:properties xmlns:p='urn:x'/>"))


def macros(draft: Draft, _: SheetDraft) -> None:
    """Bring a VBA project."""
    draft.relate(
        f"{OFFICE}/2006/relationships/vbaProject",
        draft.part(
            "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(2_000), "application/vnd.ms-office.vbaProject"
        ),
    )


def theme(draft: Draft, _: SheetDraft) -> None:
    """Bring a theme."""
    xml = f'<a:theme xmlns:a="{_DRAWING}/main" name="Office"><a:themeElements/></a:theme>'
    draft.relate(
        "theme",
        draft.part("xl/theme/theme1.xml", xml, "application/vnd.openxmlformats-officedocument.theme+xml"),
    )
