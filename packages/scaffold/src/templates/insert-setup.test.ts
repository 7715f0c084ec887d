import { describe, expect, it } from 'vitest'
import { initFiles } from './init-files.ts'
import { insertSetup } from './insert-setup.ts'

const part = { name: 'setupA', module: './a.ts', statement: 'setupA(manager)' }
const other = { name: 'setupB', module: './b.ts', statement: 'setupB(manager)' }
const empty =
  initFiles({ name: 'op', domain: 'example.com', fairlead: '1.0.0' }).find(
    ({ path }) => path === 'src/operator.ts',
  )?.text ?? ''

describe('a part of setup', () => {
  it('is imported and called, after what is there', () => {
    const one = insertSetup(empty, part) ?? ''
    expect(insertSetup(one, other))
      .toBe(`import type { Manager } from '@fairlead/controller-runtime'
import { setupA } from './a.ts'
import { setupB } from './b.ts'

/** Declares what this operator runs: for the program, for tests and for the manifests. */
export function setup(manager: Manager): void {
  setupA(manager)
  setupB(manager)
}
`)
  })

  it('is added once', () => {
    const one = insertSetup(empty, part) ?? ''
    expect(insertSetup(one, part)).toBe(one)
  })

  it('is added to a function that does more', () => {
    const text = `import type { Manager } from 'x'

export async function setup(manager: Manager, flags: { a: 1 }): Promise<void> {
  if (flags.a) {
    await x()
  }
}

export const y = 1
`
    expect(insertSetup(text, part)).toContain('  }\n  setupA(manager)\n}\n\nexport const y')
  })

  it.each([
    ['', 'no text'],
    ["import a from 'a'\nexport const setup = (manager: Manager) => {\n}\n", 'another form'],
    ["import a from 'a'\nexport function setup(m: Manager): void {\n}\n", 'another name'],
  ])('is not added to %j: %s', (text) => {
    expect(insertSetup(text, part)).toBeUndefined()
  })
})
