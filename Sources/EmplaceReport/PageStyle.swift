/// How pages look, in light and in dark, on wide screens and on narrow ones.
enum PageStyle {
  /// The style sheet, which loads nothing.
  static let sheet: StaticString = """
    :root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;
    --tint:#f4f6f8;--accent:#0a5bc4;--full:#b3261e;--cloud:#6b3fa0;--edge:#0a5bc4;
    --endpoint:#1a7f37;--region:#9a5b00;--flow:#57606a}
    @media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e8ebef;--soft:#a6b0bb;
    --line:#353c45;--tint:#1d2228;--accent:#6cb0ff;--full:#ff8a80;--cloud:#c7a4ff;--edge:#6cb0ff;
    --endpoint:#6fd88a;--region:#f0b45c;--flow:#a6b0bb}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:76rem;padding:1rem 1.25rem 3rem;background:var(--paper);
    color:var(--ink);font:1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
    h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0 .25rem;overflow-wrap:anywhere}
    h2{font-size:1.2rem;margin:2rem 0 .5rem}
    p{margin:.35rem 0;max-width:48rem;overflow-wrap:anywhere}
    .soft,.more,caption{color:var(--soft)}
    .more{font-size:.9rem}
    dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;
    margin:1rem 0}
    dl div{background:var(--tint);border:1px solid var(--line);border-radius:.5rem;
    padding:.6rem .8rem}
    dt{color:var(--soft);font-size:.85rem}
    dd{margin:0;font-size:1.2rem;font-weight:600;font-variant-numeric:tabular-nums;
    overflow-wrap:anywhere}
    dd small{display:block;font-size:.8rem;font-weight:400;color:var(--soft)}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));
    gap:0 2rem;align-items:start}
    .pair>div{min-width:0}
    .box{overflow:auto;max-height:28rem;border:1px solid var(--line);border-radius:.5rem}
    .box:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    caption{text-align:left;padding:.4rem .6rem;font-size:.85rem}
    th,td{text-align:left;padding:.25rem .6rem;border-top:1px solid var(--line);
    vertical-align:top}
    thead th{position:sticky;top:0;background:var(--tint);white-space:nowrap}
    tbody th{font-weight:500;min-width:6rem}
    .sum tbody tr:last-child>*{font-weight:700}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .use{white-space:nowrap;font-variant-numeric:tabular-nums;font-size:.85rem}
    .bar{display:inline-block;width:4.5rem;height:.6rem;margin-right:.4rem;
    border:1px solid var(--soft);border-radius:.2rem;overflow:hidden;background:var(--tint)}
    .bar span{display:block;height:100%;background:var(--accent)}
    .bar.full span{background:var(--full)}
    .picture{overflow:auto;border:1px solid var(--line);border-radius:.5rem;
    background:var(--tint)}
    svg{display:block;width:100%;height:auto}
    .picture svg{min-width:34rem}
    .grid{stroke:var(--line);stroke-width:1;fill:none}
    svg text{fill:var(--ink);font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
    svg text.name{paint-order:stroke;stroke:var(--tint);stroke-width:3px;stroke-linejoin:round}
    svg text.degree{fill:var(--soft);font-size:10px}
    .flow{fill:none;stroke:var(--flow);stroke-opacity:.45;stroke-linecap:round}
    .site{stroke:var(--paper);stroke-width:1.2;fill-opacity:.9}
    .idle{fill:var(--paper);stroke-width:1.6}
    .cloud{fill:var(--cloud)}.edge{fill:var(--edge)}.endpoint{fill:var(--endpoint)}
    .idle.cloud{fill:var(--paper);stroke:var(--cloud)}
    .idle.edge{fill:var(--paper);stroke:var(--edge)}
    .idle.endpoint{fill:var(--paper);stroke:var(--endpoint)}
    .place{fill:var(--region)}
    .objective{fill:none;stroke:var(--accent);stroke-width:2}
    .bound{fill:none;stroke:var(--full);stroke-width:2;stroke-dasharray:6 3}
    .legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;
    margin:.5rem 0;font-size:.9rem}
    .legend li{display:flex;align-items:center;gap:.4rem}
    .legend svg{width:1.6rem;flex:none}
    details{margin:.5rem 0}
    summary{cursor:pointer;font-weight:600;padding:.3rem 0}
    @media print{.box{max-height:none;overflow:visible}}

    """
}
