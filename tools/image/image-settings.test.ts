import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readText, root } from '../source-tree.ts'
import { readElf } from './elf-program.ts'
import { imageSettings } from './image-settings.ts'

const containerfile = readText('deploy/Containerfile')

describe('how the image is run', () => {
  it('is what deploy/Containerfile says', () => {
    const settings = imageSettings(containerfile, { VERSION: '1.2.3', REVISION: 'abc' })
    expect(settings).toMatchObject({
      User: '65532:65532',
      ExposedPorts: { '8080/tcp': {}, '9464/tcp': {} },
      Entrypoint: ['fairlead'],
      Volumes: { '/var/lib/fairlead': {} },
      WorkingDir: '/var/lib/fairlead',
      Labels: {
        'org.opencontainers.image.title': 'Fairlead',
        'org.opencontainers.image.description': 'A Kubernetes-native LLM gateway',
        'org.opencontainers.image.version': '1.2.3',
        'org.opencontainers.image.revision': 'abc',
      },
    })
    expect(settings.Env).toContain('FAIRLEAD_DATA_DIR=/var/lib/fairlead')
  })

  it('has the defaults of the arguments that are not given', () => {
    const { Labels } = imageSettings(containerfile)
    expect(Labels['org.opencontainers.image.version']).toBe('unknown')
  })

  it('leaves nothing of the Containerfile out', () => {
    expect(() => imageSettings(`${containerfile}STOPSIGNAL SIGINT\n`)).toThrow(
      'does not know STOPSIGNAL of the Containerfile',
    )
  })
})

describe('the base of deploy/Containerfile', () => {
  /** What distroless/cc has: the libraries of libc6, libstdc++6 and libgcc-s1. */
  const inBase = /^(?:ld-linux|lib(?:c|dl|m|pthread|rt|stdc\+\+|gcc_s))[-.]/

  it('has every library that the pinned Node needs, or it is copied', () => {
    const programs = globSync('node_modules/node-linux-*/bin/node', { cwd: root })
    const needed = programs.flatMap((path) => readElf(readFileSync(join(root, path))).needed)
    const missing = new Set(['libatomic.so.1', ...needed.filter((name) => !inBase.test(name))])
    for (const library of missing) expect(containerfile).toContain(`${library} /usr/lib/\n`)
  })
})
