/** What runs inside the page. Each is sent there as text, so it uses nothing from outside of itself. */

/** Texts whose colour has less than 4.5:1 to what is behind them (WCAG 2.2, 1.4.3). */
export function paleTexts(): string[] {
  const parse = (color: string): [number, number, number, number] => {
    const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return [r, g, b, a];
  };
  const light = ([r, g, b]: readonly number[]): number => {
    const [x = 0, y = 0, z = 0] = [r, g, b].map((one = 0) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element: Element): readonly number[] => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === 1) return color;
      if (color[3] !== 0) throw new Error('A background is half transparent.');
    }
    return [255, 255, 255, 1];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const pale: string[] = [];
  let seen = 0;
  while (walker.nextNode() !== null) {
    const { parentElement: element, textContent: text } = walker.currentNode;
    if (element === null || text === null || text.trim() === '') continue;
    seen += 1;
    const style = getComputedStyle(element);
    const front = parse(element instanceof SVGElement ? style.fill : style.color);
    const [one, other] = [light(front), light(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) pale.push(`${ratio.toFixed(2)} ${text.slice(0, 40)}`);
  }
  if (seen < 100) throw new Error('There is hardly any text.');
  return pale;
}

/** Elements that stand out of the page to the right, or whose content stands out of them. */
export function overflowing(): string[] {
  const all = [...document.body.querySelectorAll('*')].filter(
    (one) => !(one instanceof SVGElement && one.tagName !== 'svg'),
  );
  return all
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .map(({ tagName, className }) => `${tagName} ${className}`);
}

/** How many articles can be seen, of how many. */
export function visibleArticles(): [number, number] {
  const all = [...document.querySelectorAll('article')];
  const visible = all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true }) && one.clientHeight > 0);
  return [visible.length, all.length];
}

/** Unfolds everything. */
export function unfold(): void {
  for (const one of document.querySelectorAll('details')) one.open = true;
}
