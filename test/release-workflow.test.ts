import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { actionlint } from '../tools/programs/actionlint.ts'
import { findProgram } from '../tools/programs/find-program.ts'

const path = fileURLToPath(new URL('../.github/workflows/release.yaml', import.meta.url))
const text = readFileSync(path, 'utf8')
/** It may have to be built first. */
const timeoutMs = 180_000

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

const { jobs, permissions } = parse(text) as {
  readonly permissions: object
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly needs?: string | readonly string[]
        readonly permissions: Readonly<Record<string, string>>
        readonly steps: readonly Step[]
        readonly 'timeout-minutes': number
      }
    >
  >
}
const steps = Object.values(jobs).flatMap((job) => job.steps)

describe('the release workflow', () => {
  it('has nothing that actionlint finds', { timeout: timeoutMs }, async () => {
    const program = await findProgram(actionlint)
    // What else is installed on the machine does not count.
    const lint = (input: string) =>
      execFileSync(program, ['-no-color', '-shellcheck=', '-pyflakes=', '-'], {
        input,
        stdio: ['pipe', 'pipe', 'ignore'],
      })
    expect(() => lint(text)).not.toThrow()
    expect(() => lint(text.replace('needs: test', 'needs: tests'))).toThrow('Command failed')
  })

  it('uses actions of one commit each, with their version beside it', () => {
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action)
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length)
    for (const action of uses) expect(action).toMatch(/^[\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('gives each job no permission but those that it needs, and a limit of time', () => {
    expect(permissions).toEqual({})
    const of = (name: string) => jobs[name]?.permissions
    expect(Object.keys(jobs)).toEqual(['test', 'image', 'chart', 'packages', 'notes'])
    expect(of('test')).toEqual({ contents: 'read' })
    expect(of('image')).toEqual({ contents: 'read', packages: 'write' })
    expect(of('chart')).toEqual({ contents: 'read', packages: 'write' })
    expect(of('packages')).toEqual({ contents: 'read', 'id-token': 'write' })
    expect(of('notes')).toEqual({ contents: 'write' })
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  it('publishes nothing before the tests have passed', () => {
    for (const [name, { needs }] of Object.entries(jobs)) {
      if (name === 'test') expect(needs).toBeUndefined()
      else expect(['test', 'image', ['image', 'chart', 'packages']]).toContainEqual(needs)
    }
  })

  it('publishes the image for both platforms, and says what it and the packages come from', () => {
    const image = steps.find((step) => step.uses?.startsWith('docker/build-push-action'))
    expect(image?.with).toMatchObject({
      file: 'deploy/Containerfile',
      platforms: 'linux/amd64,linux/arm64',
      provenance: 'mode=max',
      sbom: true,
    })
    const publish = steps.find((step) => step.run?.includes('npm publish'))
    expect(publish?.run).toContain('--provenance')
  })

  it('names an image only after what was pushed has run', () => {
    const image = jobs['image']?.steps ?? []
    const pushed = image.findIndex((step) => step.uses?.startsWith('docker/build-push-action'))
    expect(image[pushed]?.with?.['outputs']).toContain('push-by-digest=true')
    expect(image[pushed]?.with).not.toHaveProperty('tags')
    const { run = '' } = image[pushed + 1] ?? {}
    expect(run.indexOf('docker run')).toBeGreaterThan(-1)
    expect(run.indexOf('imagetools create')).toBeGreaterThan(run.lastIndexOf('docker run'))
    expect(run).toMatch(/case \$VERSION in \*-\*\) ;; \*\) tags\+=\(--tag "\$IMAGE:latest"\)/)
  })

  it('holds no secret but the token of its own run', () => {
    const names = [...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name)
    expect(new Set(names)).toEqual(new Set(['GITHUB_TOKEN']))
  })
})
