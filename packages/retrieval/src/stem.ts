const endings = ['ing', 'ed'] as const
const vowel = /[aeiouy]/

/**
 * A word without the commonest endings of English, so that `deploying`, `deployed` and `deploys` are
 * one. Only what is written in the letters a to z is changed, and only endings that leave a stem of
 * at least three letters: words of other languages lose at most the same letters everywhere.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word
  const single = withoutPlural(word)
  for (const ending of endings) {
    if (!single.endsWith(ending)) continue
    const rest = single.slice(0, -ending.length)
    if (rest.length < 3 || !vowel.test(rest)) return single
    return withoutLastVowel(withoutDouble(rest))
  }
  return withoutLastVowel(single)
}

function withoutPlural(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:ss|us|is)$/.test(word)) return word
  if (/(?:[sxz]|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/** `planned` is of `plan`, and `called` of `call`, which becomes the same as `cal`. */
function withoutDouble(word: string): string {
  return /([b-df-hj-np-tv-z])\1$/.test(word) ? word.slice(0, -1) : word
}

/** `cache`, `caching` and `cached`; `query` and `queries`. */
function withoutLastVowel(word: string): string {
  const plain = word.endsWith('e') && word.length > 3 ? word.slice(0, -1) : word
  const settled = plain.endsWith('y') && plain.length > 3 ? `${plain.slice(0, -1)}i` : plain
  return withoutDouble(settled)
}
