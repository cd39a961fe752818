# frozen_string_literal: true

# The handlers of the contract (../README.md) as an application for Rack.

require 'json'
require 'uri'

class Contract
  EVERY_METHOD = %w[GET HEAD POST PUT PATCH DELETE QUERY CHICKEN].freeze
  EVERYTHING = [*EVERY_METHOD, 'OPTIONS'].freeze
  ROUTES = {
    '/ok' => EVERY_METHOD, '/options' => %w[GET OPTIONS], '/echo' => EVERY_METHOD, '/respond' => EVERY_METHOD,
    '/panic' => %w[GET], '/count' => EVERYTHING, '/count/read' => %w[GET], '/secret' => EVERYTHING,
    '/post-only' => %w[POST], '/stream' => %w[GET]
  }.freeze

  def initialize
    @calls = Hash.new(0)
  end

  def call(env)
    path = env['PATH_INFO']
    methods = ROUTES[path] or return [404, {}, []]
    return [405, { 'Allow' => methods.join(', ') }, []] unless methods.include?(env['REQUEST_METHOD'])

    status, headers, body = send(path[1..].tr('/-', '__'), env)
    headers = { 'X-App' => path.split('/')[1] }.merge(headers)
    [status, headers, env['REQUEST_METHOD'] == 'HEAD' ? [] : body]
  end

  private

  def ok(_env) = text('ok', 'X-Resp' => '1', 'X-Other' => '2', 'X-Hidden' => '3')
  def options(_env) = text('options', 'Allow' => 'GET, OPTIONS')
  def post_only(_env) = text('posted')
  def panic(_env) = raise('the handler /panic raises')
  def count_read(env) = text(@calls[key(env)].to_s)
  def stream(_env) = [200, { 'Content-Type' => 'text/plain' }, %w[a b]]

  def text(body, headers = {}) = [200, { 'Content-Type' => 'text/plain' }.merge(headers), [body]]

  def count(env)
    @calls[key(env)] += 1
    text('counted')
  end

  def secret(env)
    env['HTTP_AUTHORIZATION'] ? text('secret') : [401, { 'WWW-Authenticate' => 'Bearer' }, []]
  end

  def echo(env)
    fields = env.select { |name, _| name.start_with?('HTTP_') }
    headers = fields.map { |name, value| [name.delete_prefix('HTTP_').tr('_', '-'), value] }
    seen = { method: env['REQUEST_METHOD'], headers: headers, body: env['rack.input'].read }
    [200, { 'Content-Type' => 'application/json' }, [JSON.generate(seen)]]
  end

  # Does what the query says, in the query's order. Rack 2 has the lines of a field joined by newlines.
  def respond(env)
    status = 200
    headers = {}
    body = ''
    parameters(env).each do |key, value|
      name, content = value.split(':', 2).map(&:strip)
      case key
      when 'status' then status = value.to_i
      when 'set' then headers[name] = content
      when 'add' then headers[name] = [headers[name], content].compact.join("\n")
      when 'body' then body = value
      when 'etag'
        headers['ETag'] = value
        status = 304 if env['HTTP_IF_NONE_MATCH'].to_s.include?(value)
      end
    end
    body = '' if [204, 304].include?(status)
    # Puma counts the bytes itself, but not those of a 205.
    headers['Content-Length'] = '0' if status == 205
    [status, headers, body.empty? ? [] : [body]]
  end

  def parameters(env) = URI.decode_www_form(env['QUERY_STRING'])
  def key(env) = parameters(env).to_h['key']
end
