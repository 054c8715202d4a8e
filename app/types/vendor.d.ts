declare module "*/vendor/flamegraph.js" {
  // biome-ignore lint/suspicious/noExplicitAny: the library ships no types
  export function flamegraph(): any;
  // biome-ignore lint/suspicious/noExplicitAny: the library ships no types
  export function select(target: Element): any;
}
