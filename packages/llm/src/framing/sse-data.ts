/**
 * The data of each event in whole frames of server-sent events: its data lines, joined. A byte order
 * mark before the first line is skipped.
 */
export function sseData(frames: Buffer): string[] {
  const events: string[] = []
  let data: string | undefined
  for (const line of frames
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)) {
    if (line.startsWith('data:')) {
      const value = line.slice('data:'.length).trimStart()
      data = data === undefined ? value : `${data}\n${value}`
    } else if (line === '' && data !== undefined) {
      events.push(data)
      data = undefined
    }
  }
  if (data !== undefined) events.push(data)
  return events
}
