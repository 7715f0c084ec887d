/** What begins as keys of well-known services do, or as a private key in PEM, or a signed token. */
const knownKeys =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY|\b(?:sk|pk|rk)[-_](?:[a-z]{2,8}[-_])?[A-Za-z0-9_-]{16,}|\b(?:gh[opsru]|github_pat|glpat|xox[abeprs]|npm|hf|AIza|ya29)[-_.]?[A-Za-z0-9_-]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/

/** A word for a secret, and something that follows it as its value. */
const namedSecret =
  /\b(?:pass(?:word|wort|phrase|code)|passwd|pwd|kennwort|contraseña|mot de passe|api[-_ ]?key|access[-_ ]?key|secret(?:[-_ ]key)?|token|pin|cvv|cvc)\b(?:\s+(?:number|code|nummer))?\s*(?:[:=]|\bis\b|\bist\b|\bes\b|\best\b)\s*\S/i

/** Digits as they stand on a card, perhaps in groups. */
const cardNumber = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g

/** A long run without a space that mixes cases and digits, as made-up keys do and words do not. */
const longRun = /[A-Za-z0-9+/=_-]{24,}/g

/**
 * Whether a text looks as if it held a secret: a key of a well-known form, a private key, a signed token,
 * a card number (by its check digit), a value that is called a password or the like, or a run of 24
 * characters or more with capital letters, small ones and digits. Such texts are not kept as notes.
 */
export function looksSecret(text: string): boolean {
  return (
    knownKeys.test(text) ||
    namedSecret.test(text) ||
    (text.match(cardNumber) ?? []).some(isCardNumber) ||
    (text.match(longRun) ?? []).some(isMixed)
  )
}

function isMixed(run: string): boolean {
  return /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run)
}

/** By the formula of Luhn, which card numbers follow. */
function isCardNumber(written: string): boolean {
  const digits = written.replaceAll(/\D/g, '')
  let total = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const counted = at % 2 === 1 ? digit * 2 : digit
    total += counted > 9 ? counted - 9 : counted
  }
  return total % 10 === 0 && /[1-9]/.test(digits)
}
