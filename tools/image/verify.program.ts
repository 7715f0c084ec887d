import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../source-tree.ts'
import { buildImage } from './build-image.ts'
import { layoutProblems } from './layout-problems.ts'
import { readPlatforms } from './platform.ts'
import { revision } from './revision.ts'
import { RunningProgram } from './running-program.ts'
import { unpackImage } from './unpacked-image.ts'

// Builds the image of what is built, checks its layout, and, for root on Linux, runs it as a container
// would be run: with the entrypoint, the user and the environment of its configuration, on a file
// system that is read-only. A call must be answered. Needs no network, registry or daemon.

const deadlineMs = 60_000
const key = 'flk_of_the_image_0123456789'
const secret = `apiVersion: v1
kind: Secret
metadata: { name: quickstart-key }
stringData: { api-key: ${key} }
`

const folder = mkdtempSync(join(tmpdir(), 'fairlead-image-'))
try {
  const image = join(folder, 'image')
  const say = () => {}
  const platforms = readPlatforms(undefined)
  const order = {
    name: 'fairlead',
    tag: 'verified',
    platforms,
    revision: revision(process.env),
    say,
  }
  const { digest } = await buildImage({ folder: image, ...order })
  const problems = layoutProblems(join(image, 'layout'))
  if (problems.length > 0) throw new Error(`the image is not valid: ${problems.join('; ')}`)
  const runs = process.platform === 'linux' && process.getuid?.() === 0
  if (runs) await runImage(join(image, 'layout'))
  const how = runs ? 'its gateway answered a call' : 'only root on Linux can run it'
  process.stdout.write(`verified the image ${digest}: ${how}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function runImage(layout: string): Promise<void> {
  const manifests = join(folder, 'manifests')
  cpSync(join(root, 'examples/quickstart'), manifests, { recursive: true })
  writeFileSync(join(manifests, 'secret.yaml'), secret)
  const unpacked = unpackImage(layout, join(folder, 'root'))

  await using version = new RunningProgram(unpacked.start(['version'], manifests))
  await version.prints(/^fairlead \d/)

  const ports = ['--gateway-port', '0', '--admin-port', '0', '--workers', '1']
  await using gateway = new RunningProgram(
    unpacked.start(['gateway', '--manifests', '/manifests', ...ports], manifests),
  )
  const url = await gateway.prints(/The gateway listens at (\S+)/)
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"model":"assistant","messages":[{"role":"user","content":"ahoy"}]}',
    signal: AbortSignal.timeout(deadlineMs),
  })
  const answer = await response.text()
  if (response.status !== 200 || !answer.includes('ahoy')) {
    throw new Error(`the gateway of the image answered ${response.status}: ${answer}`)
  }
  const code = await gateway.stops()
  if (code !== 0) throw new Error(`the gateway of the image ended with code ${code}`)
}
