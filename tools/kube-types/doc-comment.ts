const lengthLimit = 160

/** The comment of a declaration: what the description says first, in one or two lines. */
export function docComment(description: string | undefined): string {
  const text = summaryOf(description ?? '')
  return text === '' ? '' : `/** ${text} */\n`
}

/** The first sentences that fit, without lists of values, which the types have, and links. */
function summaryOf(description: string): string {
  const [paragraph = ''] = description.split(/\n\s*\n/)
  const plain = paragraph
    .replaceAll('*/', '* /')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\s*(?:More info|See|Read more)?:?\s*https?:\/\/\S+/gi, '')
    .trim()
  if (plain.length <= lengthLimit) return plain
  const sentences = plain.split(/(?<=[.!?]) (?=[A-Z"'`])/)
  let kept = ''
  for (const sentence of sentences) {
    const longer = kept === '' ? sentence : `${kept} ${sentence}`
    if (longer.length > lengthLimit) break
    kept = longer
  }
  return kept === '' ? `${plain.slice(0, plain.lastIndexOf(' ', lengthLimit))} …` : kept
}
