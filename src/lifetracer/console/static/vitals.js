// Measures how fast a page came up and tells this server, nobody else; loaded only with LIFETRACER_WEB_VITALS=true.
// Law: four numbers and the page's path, once per page; no identifier, no cookie of its own, no third party.
"use strict";

(() => {
  const found = {};
  const waiting = []; // what was seen and not handed over yet
  const watch = (type, take, options = {}) => {
    if (!PerformanceObserver.supportedEntryTypes?.includes(type)) return;
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(take));
    observer.observe({ type, buffered: true, ...options });
    waiting.push(() => observer.takeRecords().forEach(take));
  };

  const navigation = performance.getEntriesByType("navigation")[0];
  if (navigation) found.TTFB = Math.max(0, navigation.responseStart) / 1000;

  watch("largest-contentful-paint", (entry) => { found.LCP = entry.startTime / 1000; });

  // The worst interaction: on pages with fewer than fifty of them that is what INP means.
  watch("event", (entry) => {
    if (entry.interactionId) found.INP = Math.max(found.INP || 0, entry.duration / 1000);
  }, { durationThreshold: 40 });

  // Shifts belong together while less than 1 s lies between two and 5 s between first and last.
  let shift = { sum: 0, first: 0, last: 0 };
  if (PerformanceObserver.supportedEntryTypes?.includes("layout-shift")) found.CLS = 0;
  watch("layout-shift", (entry) => {
    if (entry.hadRecentInput) return;
    const at = entry.startTime;
    const goesOn = at - shift.last < 1000 && at - shift.first < 5000;
    shift = goesOn ? { ...shift, sum: shift.sum + entry.value, last: at } : { sum: entry.value, first: at, last: at };
    found.CLS = Math.max(found.CLS, shift.sum);
  });

  const page = location.pathname;
  let told = false;
  const tell = () => {
    waiting.forEach((take) => take());
    const measures = Object.entries(found).map(([name, value]) => ({ name, value }));
    if (told || !measures.length) return;
    told = true;
    navigator.sendBeacon("/api/vitals", new Blob([JSON.stringify({ page, measures })], { type: "application/json" }));
  };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") tell(); });
  addEventListener("pagehide", tell);
})();
