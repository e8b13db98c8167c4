/** The style of the HTML report; its digest stands in the content security policy. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1c2128;--quiet:#57606a;--paper:#fff;--card:#f6f8fa;--line:#d8dee4;--link:#0550ae;
--pass:#116329;--fail:#a40e26;--warn:#7d4e00;--manual:#0550ae;--unknown:#6639ba;--not-applicable:#57606a;
--pass-fill:#2da44e;--fail-fill:#cf222e;--warn-fill:#d4a72c;--manual-fill:#218bff;--unknown-fill:#8250df;--not-applicable-fill:#afb8c1;
--pass-soft:#e6f6ea;--fail-soft:#ffebe9;--warn-soft:#fff6d6;--manual-soft:#e3f1ff;--unknown-soft:#f4ecff;--not-applicable-soft:#eef1f4}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9da7b3;--paper:#0f1318;--card:#171c23;--line:#30363d;--link:#79b8ff;
--pass:#6fdd8b;--fail:#ff9a92;--warn:#eac54f;--manual:#79c0ff;--unknown:#cda8ff;--not-applicable:#9da7b3;
--pass-fill:#2ea043;--fail-fill:#e5534b;--warn-fill:#bb8009;--manual-fill:#388bfd;--unknown-fill:#986ee2;--not-applicable-fill:#545d68;
--pass-soft:#12261a;--fail-soft:#2d1416;--warn-soft:#2a2010;--manual-soft:#0f2238;--unknown-soft:#211833;--not-applicable-soft:#1c2129}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:1120px;padding:28px 24px 48px;font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1{margin:0;font-size:1.75rem;line-height:1.25;letter-spacing:-.01em}
h2{margin:2.4rem 0 .8rem;font-size:1.25rem}
h3{margin:0;font-size:1rem;line-height:1.45}
p{margin:.25rem 0}
ul,ol{margin:.35rem 0;padding-left:1.3rem}
li{margin:.25rem 0}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em}
a{color:var(--link);text-underline-offset:2px}
:focus-visible{outline:3px solid var(--manual-fill);outline-offset:2px;border-radius:4px}
.quiet{color:var(--quiet)}
header .quiet span:not(:last-child)::after{content:" ·"}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.7rem 0 1.2rem}
.cards{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:16px}
.card{margin:0;padding:18px;border:1px solid var(--line);border-radius:12px;background:var(--card);min-width:0}
figcaption{font-weight:600;margin-bottom:.4rem}
.grade{display:grid;grid-template-columns:auto minmax(0,1fr);gap:6px 16px;align-content:start;align-items:center}
.grade ul{grid-column:1/-1}
.letter{display:grid;place-items:center;width:96px;height:96px;margin:0;border-radius:18px;font-size:3.9rem;line-height:1;font-weight:750;color:#fff}
.grade-A,.grade-B{background:#1a7f37}.grade-C,.grade-D{background:#8a5a00}.grade-E,.grade-F{background:#b62324}.grade-none{background:#57606a}
.big{font-size:1.35rem;font-weight:650;line-height:1.2}
svg{display:block;width:100%;height:auto;max-width:360px;font:13px system-ui,-apple-system,"Segoe UI","Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;fill:var(--ink)}
.arc,circle.track{fill:none;stroke-width:18}circle.track{stroke:var(--line)}rect.track{fill:var(--line)}
.middle{font-size:30px;font-weight:700;text-anchor:middle}.below{text-anchor:middle;fill:var(--quiet)}.end,.count{text-anchor:end}.count{font-weight:650}.none{fill:var(--quiet)}
.arc.pass{stroke:var(--pass-fill)}.arc.fail{stroke:var(--fail-fill)}.arc.warn{stroke:var(--warn-fill)}.arc.manual{stroke:var(--manual-fill)}.arc.unknown{stroke:var(--unknown-fill)}.arc.not-applicable{stroke:var(--not-applicable-fill)}
.key.pass,.bar.pass{fill:var(--pass-fill)}.key.fail,.bar.fail{fill:var(--fail-fill)}.key.warn,.bar.warn{fill:var(--warn-fill)}.key.manual{fill:var(--manual-fill)}.key.unknown{fill:var(--unknown-fill)}.key.not-applicable{fill:var(--not-applicable-fill)}
.gate{margin:16px 0 0;padding:12px 18px;border:1px solid var(--line);border-left-width:5px;border-radius:10px;background:var(--card)}
.gate.pass{border-left-color:var(--pass-fill)}.gate.fail{border-left-color:var(--fail-fill)}.gate.changes{border-left-color:var(--manual-fill)}
.gate.pass b{color:var(--pass)}.gate.fail b{color:var(--fail)}
.badge{display:inline-block;padding:0 .55rem;border-radius:999px;font-size:.82rem;line-height:1.6;font-weight:650;white-space:nowrap}
.pass.badge{color:var(--pass);background:var(--pass-soft)}.fail.badge{color:var(--fail);background:var(--fail-soft)}.warn.badge{color:var(--warn);background:var(--warn-soft)}.manual.badge{color:var(--manual);background:var(--manual-soft)}.unknown.badge{color:var(--unknown);background:var(--unknown-soft)}.not-applicable.badge{color:var(--not-applicable);background:var(--not-applicable-soft)}
.first{list-style:none;padding:0;counter-reset:first;display:grid;gap:10px}
.first>li{counter-increment:first;position:relative;margin:0;padding:12px 18px 12px 60px;border:1px solid var(--line);border-radius:12px;background:var(--card)}
.first>li::before{content:counter(first);position:absolute;left:18px;top:12px;width:28px;height:28px;border-radius:50%;display:grid;place-items:center;font-weight:700;color:var(--paper);background:var(--ink)}
.first a{color:inherit}
.grid{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:8px}
.grid li{margin:0;display:grid}
.tile{display:grid;grid-template-columns:minmax(0,1fr) auto;align-content:start;gap:2px 8px;padding:10px 12px;border-radius:10px;border:1px solid var(--line);border-top:4px solid var(--line);text-decoration:none;color:var(--ink)}
.tile .mark{font-size:.82rem;font-weight:650}.tile .name{grid-column:1/-1;font-size:.92rem;line-height:1.35}
.id{font:600 .85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.tile:hover .name,.first a:hover{text-decoration:underline}
.tile.pass{border-top-color:var(--pass-fill);background:var(--pass-soft)}.tile.fail{border-top-color:var(--fail-fill);background:var(--fail-soft)}.tile.warn{border-top-color:var(--warn-fill);background:var(--warn-soft)}.tile.manual{border-top-color:var(--manual-fill);background:var(--manual-soft)}.tile.unknown{border-top-color:var(--unknown-fill);background:var(--unknown-soft)}.tile.not-applicable{border-top-color:var(--not-applicable-fill);background:var(--not-applicable-soft)}
.tile.pass .mark{color:var(--pass)}.tile.fail .mark{color:var(--fail)}.tile.warn .mark{color:var(--warn)}.tile.manual .mark{color:var(--manual)}.tile.unknown .mark{color:var(--unknown)}.tile.not-applicable .mark{color:var(--not-applicable)}
details.control{margin:8px 0;border:1px solid var(--line);border-radius:12px;background:var(--card)}
details.control>summary{padding:10px 16px}
summary{cursor:pointer}
.inside{padding:0 16px 12px;scroll-margin-top:5.5rem}
.more{margin:.4rem 0}.more>summary{color:var(--link)}
article{margin:10px 0;padding:10px 14px;border-left:4px solid var(--line);border-radius:4px 10px 10px 4px;background:var(--paper)}
article.fail{border-color:var(--fail-fill)}article.warn{border-color:var(--warn-fill)}article.pass{border-color:var(--pass-fill)}article.manual{border-color:var(--manual-fill)}article.unknown{border-color:var(--unknown-fill)}
.remedy::before{content:"→ "}.remedy{font-weight:600}
.fingerprint{font:.8em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--quiet)}
.new{padding:0 .4rem;border-radius:4px;font-size:.8rem;font-weight:650;color:var(--paper);background:var(--ink)}
.question{margin:8px 0;padding:8px 14px;border-left:4px solid var(--manual-fill);background:var(--manual-soft)}
.accepted{color:var(--quiet)}
table{width:100%;border-collapse:collapse}
th,td{padding:8px 12px 8px 0;border-top:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600;white-space:nowrap}
footer{margin-top:2.4rem;font-size:.9rem}
@media(max-width:900px){.cards{grid-template-columns:minmax(0,1fr)}.grid{grid-template-columns:repeat(3,minmax(0,1fr))}}
@media(max-width:560px){body{padding:16px 14px 32px}h1{font-size:1.4rem}.grid{grid-template-columns:repeat(2,minmax(0,1fr))}.letter{width:76px;height:76px;font-size:3rem}.first>li{padding:12px 14px 12px 52px}.first>li::before{left:13px}th,td{display:block;padding:4px 0;border:0}th{border-top:1px solid var(--line);padding-top:8px}}
@media print{:root{color-scheme:light}body{max-width:none;padding:0;font-size:11pt}nav{display:none}.cards{grid-template-columns:repeat(3,minmax(0,1fr))}.grid{grid-template-columns:repeat(5,minmax(0,1fr))}article,.tile,.card,.first>li{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}.badge,.tile,.letter,.card,.arc,.bar,.key{print-color-adjust:exact;-webkit-print-color-adjust:exact}a{color:inherit}}
`;
