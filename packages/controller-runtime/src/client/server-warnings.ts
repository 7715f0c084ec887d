import type { Logger } from '@fairlead/base'

/** A warning that the server sent with an answer, for whoever uses the client. */
export interface ServerWarning {
  /** What the server says, for example that an API version is deprecated. */
  readonly text: string
  /** The request, as `POST /api/v1/namespaces/default/pods`. */
  readonly request: string
}

export type WarningHandler = (warning: ServerWarning) => void

/** How many different texts are remembered as told; then they may be told again. */
const toldLimit = 1000

/** Logs every text once. */
export function logEachOnce(logger: Logger): WarningHandler {
  const told = new Set<string>()
  return ({ text, request }) => {
    if (told.has(text)) return
    if (told.size >= toldLimit) told.clear()
    told.add(text)
    logger.warn({ request }, text)
  }
}

/**
 * The texts of Warning headers with the code 299, which is the only one that Kubernetes sends:
 * `299 - "text"`, several separated by commas. What is not of this form is left out.
 */
export function warningTexts(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return []
  const joined = typeof header === 'string' ? header : header.join(', ')
  const text = Buffer.from(joined, 'latin1').toString('utf8')
  return [...text.matchAll(/(?:^|,)\s*299 [^\s"]+ "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) =>
    quoted.replaceAll(/\\(.)/g, '$1'),
  )
}
