declare module "*/vendor/uplot.js" {
  // biome-ignore lint/suspicious/noExplicitAny: options are ours, the chart is drawn by it alone
  export const uPlot: any;
}
declare module "*/vendor/flamegraph.js" {
  // biome-ignore lint/suspicious/noExplicitAny: the library ships no types
  export function flamegraph(): any;
  // biome-ignore lint/suspicious/noExplicitAny: the library ships no types
  export function select(target: Element): any;
}
