/** The data lines of whole frames of server-sent events, without joining those of one event. */
export function sseData(frames: Buffer): string[] {
  return frames
    .toString('utf8')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trimStart())
}
