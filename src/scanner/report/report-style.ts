/** The style of the HTML report; its digest stands in the content security policy. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--line:#d5dae1;--soft:#f4f6f8;--pass:#1a7f37;--fail:#c0272d;--warn:#9a6700;--manual:#0b6bcb;--unknown:#7a4bb8;--na:#6b7280}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--paper:#14171b;--line:#343a43;--soft:#1d2127;--pass:#4ac26b;--fail:#ff7b72;--warn:#e3b341;--manual:#6cb6ff;--unknown:#c297ff;--na:#9aa4b2}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:24px;font:16px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:var(--ink);background:var(--paper)}
h1{margin:0;font-size:1.6rem}h2{margin:2rem 0 .5rem;font-size:1.2rem}h3{margin:0;font-size:1rem}
code{font:.88em ui-monospace,monospace;overflow-wrap:anywhere}
.summary{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:16px;align-items:start}
.summary>*{margin:0;padding:16px;border:1px solid var(--line);border-radius:8px;background:var(--soft)}
.letter{margin:0;font-size:4rem;line-height:1;font-weight:700}
.grade-A .letter,.grade-B .letter{color:var(--pass)}.grade-C .letter,.grade-D .letter{color:var(--warn)}.grade-E .letter,.grade-F .letter{color:var(--fail)}.grade-none .letter{color:var(--na)}
.grade p{margin:.3rem 0}.grade ul{margin:.3rem 0;padding-left:1.2rem}
svg{display:block;width:100%;font:12px system-ui,sans-serif;fill:var(--ink)}figcaption{font-size:.85rem;color:var(--na)}
.arc{fill:none;stroke-width:22}.middle{font-size:22px;font-weight:700;text-anchor:middle}
.arc.pass{stroke:var(--pass)}.arc.fail{stroke:var(--fail)}.arc.warn{stroke:var(--warn)}.arc.manual{stroke:var(--manual)}.arc.unknown{stroke:var(--unknown)}.arc.not-applicable{stroke:var(--na)}
.key.pass,.bar.pass{fill:var(--pass)}.key.fail,.bar.fail{fill:var(--fail)}.key.warn,.bar.warn{fill:var(--warn)}.key.manual{fill:var(--manual)}.key.unknown{fill:var(--unknown)}.key.not-applicable{fill:var(--na)}
details{border:1px solid var(--line);border-radius:8px;margin:.4rem 0;padding:.5rem .8rem}
summary{cursor:pointer}.why{color:var(--na)}.facts,.about,.fingerprint{margin:.2rem 0;color:var(--na);font-size:.88rem}
.badge{display:inline-block;min-width:4.2rem;padding:0 .5rem;border-radius:4px;border:1px solid currentColor;text-align:center;font-size:.82rem;font-weight:600}
.badge.pass,p.pass{color:var(--pass)}.badge.fail,p.fail{color:var(--fail)}.badge.warn{color:var(--warn)}.badge.manual,.question{color:var(--manual)}.badge.unknown,span.unknown{color:var(--unknown)}.badge.not-applicable{color:var(--na)}
article{margin:.6rem 0;padding:.5rem .8rem;border-left:3px solid var(--line);background:var(--soft)}
article.fail{border-color:var(--fail)}article.warn{border-color:var(--warn)}article.pass{border-color:var(--pass)}
article ul{margin:.3rem 0;padding-left:1.2rem;overflow-wrap:anywhere}.remedy{margin:.3rem 0;font-weight:600}.fingerprint{font-family:ui-monospace,monospace}
footer{margin:2rem 0 0;color:var(--na);font-size:.85rem}
@media print{body{max-width:none;padding:0}details{break-inside:avoid}}
`;
