# frozen_string_literal: true

# The adapter of Ruby with rack-cors.

require 'json'
require 'rack/cors'
require_relative 'contract'
require_relative 'options'

# The layer outside of everything: it announces a variation of its own.
class Outermost
  def initialize(app)
    @app = app
  end

  def call(env)
    status, headers, body = @app.call(env)
    headers['Vary'] = [headers['Vary'], 'Accept-Encoding'].compact.join("\n")
    [status, headers, body]
  end
end

# The application behind its CORS layer.
class Mounted
  def self.build(policy)
    Rack::Cors.new(Contract.new) do
      allow do
        origins(*Options.origins(policy))
        resource '*', **Options.resource(policy)
      end
    end
  rescue StandardError => e
    refused = e.message.split.join(' ')
    ->(_env) { [501, { 'X-Refused' => refused }, []] }
  end
end

policies = JSON.parse(File.read(ENV.fetch('CORSPROOF_POLICIES')))
use Outermost
policies.each do |policy|
  map("/#{policy['name']}") { run Mounted.build(policy) }
end
