// The chart library of the Spend view, bundled once at build time into vendor/uplot.js.
export { default as uPlot } from "uplot";
