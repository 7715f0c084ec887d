import { dirname, join } from 'node:path/posix'
import type { Rule } from '../rule.ts'

/** Documents only link to existing files. */
export const documentLinks: Rule = {
  name: 'document-links',
  check(tree) {
    return tree.files
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap(({ path, text }) =>
        [...withoutCode(text).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
          .map((match) => match[1] ?? '')
          .filter((link) => !/^[a-z]+:/.test(link))
          .filter((link) => !tree.has(join(dirname(path), link)))
          .map((link) => ({
            path,
            message: `links to ${link}, which does not exist: fix the link`,
          })),
      )
  },
}

/** What stands in backticks within a line links to nothing, whatever it looks like. */
function withoutCode(text: string): string {
  return text.replaceAll(/(?<!`)`[^`\n]+`(?!`)/g, '``')
}
