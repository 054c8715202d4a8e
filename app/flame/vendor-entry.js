// What the chart needs of d3, bundled once at build time into vendor/flamegraph.js.
export { default as flamegraph } from "d3-flame-graph";
export { select } from "d3-selection";
