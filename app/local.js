// Files of this machine that `whytokens open` serves beside the page: `?local=<key>`, same origin only.

/** @param {string | null} key @returns {Promise<File[]>} */
export async function localFiles(key) {
  if (!key || !/^[\w-]+$/.test(key)) return [];
  try {
    /** @type {string[]} */
    const names = await (await fetch(`local/${key}/files.json`)).json();
    return await Promise.all(
      names.map(async (name, at) => new File([await (await fetch(`local/${key}/${at}`)).blob()], name)),
    );
  } catch {
    return []; // the page without the command behind it: there is nothing to open
  }
}
