const runs = /[A-Za-z]+|\d+|[\u0080-\uffff]+|\n+|[^\sA-Za-z\d\u0080-\uffff]+/g

/**
 * An estimate of a text's tokens without a tokenizer that is rarely too low, for budgets that must
 * hold: it looks at what the text consists of. English prose is estimated within a tenth.
 */
export function carefulEstimate(text: string): number {
  let tokens = 0
  for (const [run] of text.matchAll(runs)) {
    const first = run.charCodeAt(0)
    if (first > 127) tokens += Math.ceil(run.length * 0.7)
    else if (isLetter(first)) tokens += Math.ceil(run.length / 9)
    else if (isDigit(first)) tokens += Math.ceil(run.length / 3)
    else tokens += first === 10 ? 1 : Math.ceil(run.length / 2)
  }
  return tokens
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
