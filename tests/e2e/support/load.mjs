// sluice-load against a suite: many players without a browser.
import { join } from 'node:path';
import { Child } from './process.mjs';
import { bin } from './suite.mjs';

// Starts it with `options` as its command line has them ({players: 50, 'no-gro': true}). result()
// waits for its end and gives its JSON; it throws if a player got no media, unless `strict` is false.
// from: the Namespace that it runs in.
export function startLoad(options, { strict = true, from } = {}) {
  const args = Object.entries(options).flatMap(([name, value]) => (value === true ? [`--${name}`] :
    [value].flat().flatMap((each) => [`--${name}`, `${each}`])));
  const words = [process.env.SLUICE_LOAD || join(bin, 'sluice-load'), ...args];
  const [program, ...rest] = from ? from.command(...words) : words;
  const child = new Child('sluice-load', program, rest);
  const result = async () => {
    const end = await child.exited;
    if (end !== 0 && (strict || end !== 1)) {
      throw new Error(`sluice-load ${args.join(' ')} ended with ${end}:\n${child.output}`);
    }
    return JSON.parse(child.output);
  };
  return { child, result };
}

export const runLoad = (options, how) => startLoad(options, how).result();
