import { describe, expect, it } from 'vitest'
import { filesMatching, readText } from './source-tree.ts'
import { architecture } from './tidy/architecture.ts'
import { rules } from './tidy/rules.ts'
import type { Finding } from './tidy/rule.ts'
import { SourceTree } from './tidy/source-tree.ts'

const read = [
  'packages/*/src/**/*.ts',
  '{tools,bench,test,examples}/**/*.{ts,mjs}',
  '*.ts',
  '**/*.md',
  '**/package.json',
].flatMap(filesMatching)
const repository = new SourceTree(
  Object.fromEntries(read.map((path) => [path, readText(path)])),
  filesMatching('**/*'),
)

describe('the repository', () => {
  it.each(rules)('keeps the rule of $name', (rule) => {
    expect(rule.check(repository, architecture).map(described)).toEqual([])
  })
})

/** A finding as an editor can jump to it. */
function described({ path, line, message }: Finding): string {
  return `${path}${line === undefined ? '' : `:${line}`} ${message}`
}
