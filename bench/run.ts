// npm run bench [throughput|memory|live-change|many-resources …]: all of them, or the named ones.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { nginx } from '../tools/programs/nginx.ts'
import { providePrograms } from '../tools/programs/provide-programs.ts'
import { wrk } from '../tools/programs/wrk.ts'
import { liveChange } from './live-change.bench.ts'
import { manyResources } from './many-resources.bench.ts'
import { memory } from './memory.bench.ts'
import { throughput } from './throughput.bench.ts'

const benchmarks: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'live-change': liveChange,
  'many-resources': manyResources,
  throughput,
  memory,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  process.stderr.write(
    `unknown: ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}\n`,
  )
  process.exit(2)
}
const withdrawPrograms = await providePrograms([nginx, wrk])
try {
  const gib = (totalmem() / 2 ** 30).toFixed(0)
  process.stdout.write(
    `${cpus().length} × ${cpus()[0]?.model}, ${gib} GiB, Node ${process.version}\n`,
  )
  for (const [name, run] of Object.entries(benchmarks)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    const folder = mkdtempSync(join(tmpdir(), `fairlead-bench-${name}-`))
    try {
      await run(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
} finally {
  withdrawPrograms()
}
