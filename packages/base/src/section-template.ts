import { renderTemplate, templateVariables } from './template.ts'

/** A template with one section, which is repeated for each entry of a list. */
export interface SectionTemplate {
  render(entries: readonly Readonly<Record<string, string>>[]): string
}

interface SectionGrammar {
  /** Name of the section. */
  readonly section: string
  /** Names that may stand in it. */
  readonly names: readonly string[]
  /** One of them that must. */
  readonly required: string
}

/**
 * Reads `before {{#section}}… {{name}} …{{/section}} after`. Throws SyntaxError, whose message says
 * what is wrong, for a template without the section, with several, or with other names.
 */
export function parseSectionTemplate(template: string, grammar: SectionGrammar): SectionTemplate {
  const { names, required, section } = grammar
  const [start, end] = [`{{#${section}}}`, `{{/${section}}}`]
  const [before = '', rest, ...others] = template.split(start)
  const [entry = '', after, ...more] = (rest ?? '').split(end)
  if (after === undefined || others.length + more.length > 0 || before.includes(end)) {
    throw new SyntaxError(`it must have one section ${start}…${end}`)
  }
  const [outside] = templateVariables(before + after)
  if (outside !== undefined) throw new SyntaxError(`{{${outside}}} must stand within the section`)
  const used = templateVariables(entry)
  const unknown = used.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new SyntaxError(`{{${unknown}}} is not known; there are ${names.join(', ')}`)
  }
  if (!used.includes(required)) throw new SyntaxError(`the section must have {{${required}}}`)
  return {
    render: (entries) =>
      before + entries.map((values) => renderTemplate(entry, values)).join('') + after,
  }
}
