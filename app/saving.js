// Files the user saves, and links that carry a shape: deflate-raw and base64url, after the "#".

export const LINK_VERSION = 1;
/** A picture of the SVG is drawn twice as large, for screens of two pixels a point. */
const PNG_SCALE = 2;

/** @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {import("./protocol.js").ExportValue} file @returns {Blob} */
export function blobOf(file) {
  const data = file.text ?? Uint8Array.from(atob(file.base64 ?? ""), (char) => char.charCodeAt(0));
  return new Blob([data], { type: file.mime });
}

/** An SVG as a PNG. @param {Blob} svg @returns {Promise<Blob>} */
export async function png(svg) {
  const image = new Image();
  image.src = URL.createObjectURL(svg);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * PNG_SCALE;
  canvas.height = image.naturalHeight * PNG_SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

/** A shape as the part of a link after the page's address. @param {string} shape @returns {Promise<string>} */
export async function linkOf(shape) {
  const packed = new Blob([shape]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `#t=${LINK_VERSION}.${btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

/** The shape in a link as a file, null when it holds none. Throws when it cannot be read. @param {string} hash @returns {Promise<File | null>} */
export async function shapeIn(hash) {
  if (!hash.startsWith("#t=")) return null;
  const [, version, body] = /^#t=(\d+)\.([\w-]+)/.exec(hash) ?? [];
  if (version !== String(LINK_VERSION)) throw new Error("another version");
  const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new File([await new Response(plain).text()], "shared link.whytokens.json");
}
