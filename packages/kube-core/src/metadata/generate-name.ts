/** Characters that neither look alike nor spell words. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const suffixLength = 5
const baseLengthMax = 63 - suffixLength

/** How many suffixes the API server tries when generated names are taken. */
export const nameGenerationAttemptsMax = 8

/**
 * A name from `generateName`: the base, cut to 58 characters, and 5 random ones. `random` gives a
 * number in [0, 1).
 */
export function generateName(base: string, random: () => number): string {
  let name = base.slice(0, baseLengthMax)
  for (let count = 0; count < suffixLength; count += 1) {
    name += alphabet.charAt(Math.floor(random() * alphabet.length))
  }
  return name
}
